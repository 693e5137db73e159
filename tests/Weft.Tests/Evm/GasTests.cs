using Weft.Evm;
using Weft.Primitives;
using Xunit;
using static Weft.Evm.Opcode;
using static Weft.Tests.Evm.Assembler;

namespace Weft.Tests.Evm;

/// <summary>What instructions cost, by fork, and how frames end.</summary>
public sealed class GasTests
{
    private const long Gas = 1_000_000;
    private static readonly Address Contract = Address.FromNumber(0xc0de), Other = Address.FromNumber(0x0ddba11);

    private static MessageResult Run(
        Fork fork, byte[] code, TestHost? host = null, bool isStatic = false, long gas = Gas)
    {
        host ??= new TestHost();
        host.Deploy(Contract, code);
        using var machine = new VirtualMachine(ForkRules.Of(fork));
        MessageResult result = machine.Run(
            new Message(MessageKind.Call, Address.FromNumber(99), Contract, Contract, 0, gas, default, isStatic),
            host, new BlockEnvironment { Number = 1000 }, new TransactionEnvironment());
        return result with { Output = result.Output.ToArray() };
    }

    private static long Cost(Fork fork, TestHost host, params object[] items) =>
        Gas - Run(fork, Assemble(items), host).GasLeft;

    private static long Cost(Fork fork, params object[] items) => Cost(fork, new TestHost(), items);

    [Fact]
    public void Sload_of_cold_slot_charges_2100_and_of_warm_slot_100()
    {
        Assert.Equal(3 + 2100, Cost(Fork.Berlin, 1, SLOAD));
        Assert.Equal(3 + 2100 + 3 + 100, Cost(Fork.Berlin, 1, SLOAD, 1, SLOAD));
    }

    [Theory]
    [InlineData(Fork.Frontier, 50)]
    [InlineData(Fork.TangerineWhistle, 200)]
    [InlineData(Fork.Istanbul, 800)]
    public void Sload_before_Berlin_has_one_price(Fork fork, int price) =>
        Assert.Equal(3 + price, Cost(fork, 1, SLOAD));

    /// <summary>The cases of EIP-2200's table that differ, with the amounts of EIP-2929 and EIP-3529.</summary>
    [Theory]
    [InlineData(0, new[] { 0 }, 2200, 0)]
    [InlineData(0, new[] { 1 }, 22100, 0)]
    [InlineData(1, new[] { 1 }, 2200, 0)]
    [InlineData(1, new[] { 2 }, 5000, 0)]
    [InlineData(1, new[] { 0 }, 5000, 4800)]
    [InlineData(0, new[] { 1, 0 }, 22200, 19900)]
    [InlineData(1, new[] { 0, 1 }, 5100, 2800)]
    [InlineData(1, new[] { 0, 2 }, 5100, 0)]
    [InlineData(1, new[] { 2, 1 }, 5100, 2800)]
    [InlineData(1, new[] { 2, 0 }, 5100, 4800)]
    public void Sstore_follows_net_metering(int original, int[] values, long gas, long refund)
    {
        var host = new TestHost();
        host.SetOriginal(Contract, 7, (ulong)original);
        var code = new List<object>();
        foreach (int value in values) code.AddRange([value, 7, SSTORE]);
        MessageResult result = Run(Fork.London, Assemble([.. code]), host);
        Assert.Equal(gas + 6 * values.Length, Gas - result.GasLeft);
        Assert.Equal(refund, result.Refund);
    }

    [Fact]
    public void Sstore_with_the_stipend_alone_halts_from_Istanbul_on()
    {
        byte[] code = Assemble(0, 0, SSTORE);
        Assert.Equal(Halt.OutOfGas, Run(Fork.Istanbul, code, gas: 2306).Halt);
        Assert.Equal(Halt.Success, Run(Fork.Istanbul, code, gas: 2307).Halt);
    }

    [Fact]
    public void Memory_costs_its_words_and_their_square()
    {
        Assert.Equal(3 + 3 + 3 + 3, Cost(Fork.Osaka, 1, 0, MSTORE));
        long words = 1024;
        Assert.Equal(3 + 3 + 3 + 3 * words + words * words / 512, Cost(Fork.Osaka, 1, (int)(words - 1) * 32, MSTORE));
    }

    [Fact]
    public void Zero_length_never_extends_memory() =>
        Assert.Equal(Halt.Success, Run(Fork.Osaka, Assemble(0, UInt256.MaxValue, RETURN)).Halt);

    [Fact]
    public void Call_keeps_one_64th_and_pays_for_value_and_a_new_account()
    {
        var host = new TestHost();
        host.SetBalance(Contract, 10);
        // Cold account 2600, value 9000, new account 25000; the stipend of 2300 comes back from an account without
        // code.
        Assert.Equal(7 * 3 + 2600 + 9000 + 25000 - 2300, Cost(Fork.Cancun, host, 0, 0, 0, 0, 1, Other, 0, CALL));
    }

    [Fact]
    public void Callee_gets_all_but_one_64th()
    {
        var host = new TestHost();
        host.Deploy(Other, Assemble(GAS, 0, MSTORE, 32, 0, RETURN));
        byte[] code = Assemble(32, 0, 0, 0, Other, Opcode.GAS, STATICCALL, 32, 0, RETURN);
        long before = Gas - (5 * 3 + 2) - 2600 - 3;
        MessageResult result = Run(Fork.Cancun, code, host);
        Assert.Equal((ulong)(before - before / 64 - 2), UInt256.FromBigEndian(result.Output.Span).U0);
    }

    [Fact]
    public void Calls_nest_1024_deep_on_a_small_thread_stack_and_no_deeper()
    {
        // Each frame calls itself with all gas and returns one more than the callee did.
        byte[] code = Assemble(
            32, 0, 0, 0, 0, ADDRESS, Opcode.GAS, CALL, POP, 1, 0, MLOAD, ADD, 0, MSTORE, 32, 0, RETURN);
        UInt256 depth = default;
        var thread = new Thread(
            () => depth = UInt256.FromBigEndian(Run(Fork.Frontier, Replace(code), gas: long.MaxValue / 4).Output.Span),
            192 * 1024);
        thread.Start();
        thread.Join();
        Assert.Equal(1025, (int)depth.U0);

        // Before EIP-150 a call gets what it asks for: ask for a little less than there is.
        static byte[] Replace(byte[] code) =>
            [.. code.AsSpan(0, 11), .. Assemble(1000, Opcode.GAS, SUB), .. code.AsSpan(12)];
    }

    [Theory]
    [InlineData(SSTORE)]
    [InlineData(TSTORE)]
    [InlineData(LOG0)]
    [InlineData(CREATE)]
    [InlineData(CREATE2)]
    [InlineData(SELFDESTRUCT)]
    public void Static_frames_cannot_change_state(Opcode op) =>
        Assert.Equal(Halt.StaticViolation, Run(Fork.Cancun, Assemble(0, 0, 0, 0, op), isStatic: true).Halt);

    [Fact]
    public void Reverted_callee_leaves_no_state_and_returns_its_data()
    {
        var host = new TestHost();
        host.Deploy(Other, Assemble(5, 1, SSTORE, 0xabcd, 0, MSTORE, 32, 0, REVERT));
        byte[] code = Assemble(
            0, 0, 0, 0, 0, Other, Opcode.GAS, CALL, POP, RETURNDATASIZE, 0, 0, RETURNDATACOPY, RETURNDATASIZE, 0,
            RETURN);
        MessageResult result = Run(Fork.Cancun, code, host);
        Assert.Equal(0xabcdul, UInt256.FromBigEndian(result.Output.Span).U0);
        Assert.True(host.StorageAt(Other, 1).IsZero);
    }

    [Fact]
    public void Return_data_cannot_be_read_past_its_end() =>
        Assert.Equal(Halt.ReturnDataOutOfBounds, Run(Fork.Cancun, Assemble(1, 0, 0, RETURNDATACOPY)).Halt);

    [Fact]
    public void Jump_into_pushed_data_is_invalid() =>
        Assert.Equal(Halt.InvalidJump, Run(Fork.Cancun, Assemble(4, JUMP, new byte[] { 0x61, 0x5b, 0x5b })).Halt);

    [Fact]
    public void Stack_holds_1024_words()
    {
        Assert.Equal(Halt.Success, Run(Fork.Cancun, Repeat(1024, CALLDATASIZE)).Halt);
        Assert.Equal(Halt.StackOverflow, Run(Fork.Cancun, Repeat(1025, CALLDATASIZE)).Halt);
        Assert.Equal(Halt.StackUnderflow, Run(Fork.Cancun, Assemble(POP)).Halt);
    }

    /// <summary>Demands of a block are kept in 16 bits each; what exceeds the stack must still be refused.</summary>
    [Theory]
    [InlineData(3000)]
    [InlineData(70000)]
    public void Blocks_that_need_more_than_the_stack_holds_are_refused(int count)
    {
        Assert.Equal(Halt.StackUnderflow, Run(Fork.Cancun, Repeat(count, POP)).Halt);
        Assert.Equal(Halt.StackOverflow, Run(Fork.Cancun, Repeat(count, CALLDATASIZE)).Halt);
        Assert.Equal(Halt.StackOverflow, Run(Fork.Cancun, Repeat(count, 1)).Halt);
        Assert.Equal(Halt.StackOverflow, Run(Fork.Cancun, [.. Assemble(1), .. Repeat(count, DUP1)]).Halt);
    }

    [Theory]
    [InlineData(DELEGATECALL, Fork.Homestead)]
    [InlineData(REVERT, Fork.Byzantium)]
    [InlineData(RETURNDATASIZE, Fork.Byzantium)]
    [InlineData(STATICCALL, Fork.Byzantium)]
    [InlineData(SHL, Fork.Constantinople)]
    [InlineData(EXTCODEHASH, Fork.Constantinople)]
    [InlineData(CREATE2, Fork.Constantinople)]
    [InlineData(CHAINID, Fork.Istanbul)]
    [InlineData(SELFBALANCE, Fork.Istanbul)]
    [InlineData(BASEFEE, Fork.London)]
    [InlineData(PUSH0, Fork.Shanghai)]
    [InlineData(TLOAD, Fork.Cancun)]
    [InlineData(MCOPY, Fork.Cancun)]
    [InlineData(BLOBHASH, Fork.Cancun)]
    [InlineData(BLOBBASEFEE, Fork.Cancun)]
    [InlineData(CLZ, Fork.Osaka)]
    public void Instructions_exist_from_their_fork_on(Opcode op, Fork since)
    {
        byte[] code = Assemble(0, 0, 0, 0, 0, 0, 0, op);
        Assert.Equal(Halt.InvalidOpcode, Run(since - 1, code).Halt);
        Assert.NotEqual(Halt.InvalidOpcode, Run(since, code).Halt);
    }

    [Fact]
    public void Warm_calls_and_instructions_allocate_nothing()
    {
        var host = new SilentHost(Assemble(0, 0, MSTORE, 32, 0, RETURN));
        byte[] loop = Assemble(
            200, JUMPDEST, 32, 0, 0, 0, Other, Opcode.GAS, STATICCALL, POP, 1, SWAP1, SUB, DUP1, 2, JUMPI);
        host.Code = new Weft.Evm.Analysis.Bytecode(loop, Hash256.Zero);
        using var machine = new VirtualMachine(ForkRules.Of(Fork.Cancun));
        var block = new BlockEnvironment();
        var transaction = new TransactionEnvironment();
        var message = new Message(MessageKind.Call, Address.Zero, Contract, Contract, 0, Gas, default);
        Assert.Equal(Halt.Success, machine.Run(in message, host, block, transaction).Halt);
        long before = GC.GetAllocatedBytesForCurrentThread();
        machine.Run(in message, host, block, transaction);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
