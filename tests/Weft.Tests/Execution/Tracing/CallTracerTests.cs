using Weft.Evm;
using Weft.Execution.Tracing;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Xunit;
using static Weft.Tests.Evm.Assembler;

namespace Weft.Tests.Execution.Tracing;

public sealed class CallTracerTests
{
    private static readonly Address Callee = Address.FromNumber(0xca11ee);

    [Fact]
    public void Frame_that_fails_has_the_error_of_geth()
    {
        Assert.Equal("invalid opcode: INVALID", ErrorOf([0xfe]));
        Assert.Equal("invalid opcode: opcode 0xc not defined", ErrorOf([0x0c]));
        Assert.Equal("stack underflow (1 <=> 2)", ErrorOf(Assemble(1, Opcode.ADD)));
        Assert.Equal("stack limit reached 1024 (1023)", ErrorOf(Repeat(1025, 1)));
        Assert.Equal("invalid jump destination", ErrorOf(Assemble(0, Opcode.JUMP)));
        Assert.Equal("return data out of bounds", ErrorOf(Assemble(1, 0, 0, Opcode.RETURNDATACOPY)));
        Assert.Equal("execution reverted", ErrorOf(Assemble(0, 0, Opcode.REVERT)));
        Assert.Equal("out of gas", ErrorOf(Assemble(1, 0xffffffff, Opcode.MSTORE)));
        Assert.Equal(
            "out of gas: not enough gas for reentrancy sentry", ErrorOf(Assemble(1, 0, Opcode.SSTORE), gas: 2000));
        Assert.Null(ErrorOf([]));
    }

    [Fact]
    public void Write_in_a_static_frame_is_named()
    {
        using var scenario = new Scenario(Fork.Cancun)
            .Given(Callee, 0, code: Assemble(1, 0, Opcode.SSTORE))
            .Given(Samples.Recipient, 0, code: Assemble(0, 0, 0, 0, Callee, 50_000, Opcode.STATICCALL));
        var call = Assert.Single(Trace(scenario).Calls);

        Assert.Equal((CallType.StaticCall, "write protection"), (call.Type, call.Error));
        Assert.Null(call.Value);
        Assert.Equal((50_000L, 50_000L), (call.Gas, call.GasUsed));
    }

    [Fact]
    public void Outermost_frame_has_the_gas_of_the_transaction()
    {
        using var scenario = new Scenario(Fork.Cancun).Given(Samples.Recipient, 0, code: Assemble(1, Opcode.POP));
        var root = Trace(scenario);

        Assert.Equal((200_000L, 21_005L), (root.Gas, root.GasUsed));
        Assert.Equal((Samples.Sender, Samples.Recipient), (root.From, root.To!.Value));
    }

    [Fact]
    public void Creation_has_the_code_as_output_and_no_address_when_it_fails()
    {
        byte[] init = Code.Return([0x00, 0x01]);
        using var scenario = new Scenario(Fork.Cancun);
        var made = scenario.Trace(Samples.Of(TransactionType.Legacy, create: true, data: init), NewTracer()).Root!;
        var refused = scenario.Trace(
            Samples.Of(TransactionType.Legacy, create: true, nonce: 1, data: Code.Return([0xef])), NewTracer()).Root!;
        var costly = scenario.Trace(
            Samples.Of(TransactionType.Legacy, create: true, nonce: 2, gas: 53_500, data: init), NewTracer()).Root!;

        Assert.Equal([0x00, 0x01], made.Output.ToArray());
        Assert.Equal([0x00, 0x01], scenario.State.GetCode(made.To!.Value).ToArray());
        Assert.Equal((null, "invalid code: must not begin with 0xef"), (refused.To, refused.Error));
        Assert.Equal((null, "contract creation code storage out of gas"), (costly.To, costly.Error));
    }

    [Fact]
    public void Logs_of_frames_that_were_undone_are_left_out()
    {
        byte[] log = Assemble(0, 0, Opcode.LOG0);
        byte[] call = Assemble(0, 0, 0, 0, 0, Callee, 50_000, Opcode.CALL, Opcode.POP);
        using var scenario = new Scenario(Fork.Cancun)
            .Given(Callee, 0, code: [.. log, .. Assemble(0, 0, Opcode.REVERT)])
            .Given(Samples.Recipient, 0, code: [.. log, .. call, .. log, .. log]);
        var root = Trace(scenario, new() { WithLog = true });

        Assert.Equal([(0, 0), (1, 1), (2, 1)], root.Logs.Select(one => (one.Index, one.Position)));
        Assert.Empty(Assert.Single(root.Calls).Logs);
    }

    [Fact]
    public void Logs_before_a_selfdestruct_come_before_it()
    {
        using var scenario = new Scenario(Fork.Cancun)
            .Given(Samples.Recipient, 7, code: Assemble(0, 0, Opcode.LOG0, Callee, Opcode.SELFDESTRUCT));
        var root = Trace(scenario, new() { WithLog = true });
        var destruction = Assert.Single(root.Calls);

        Assert.Equal(0, Assert.Single(root.Logs).Position);
        Assert.Equal((CallType.SelfDestruct, 0L), (destruction.Type, destruction.Gas));
        Assert.Equal((Samples.Recipient, Callee), (destruction.From, destruction.To!.Value));
        Assert.Equal((UInt256)7, destruction.Value!.Value);
    }

    [Fact]
    public void Only_the_top_call_is_kept_with_its_own_logs()
    {
        byte[] log = Assemble(0, 0, Opcode.LOG0);
        using var scenario = new Scenario(Fork.Cancun)
            .Given(Callee, 0, code: log)
            .Given(Samples.Recipient, 0, code: [.. Assemble(0, 0, 0, 0, 0, Callee, 50_000, Opcode.CALL), .. log]);
        var root = Trace(scenario, new() { WithLog = true, OnlyTopCall = true });

        Assert.Empty(root.Calls);
        Assert.Equal(1, Assert.Single(root.Logs).Index);
    }

    [Fact]
    public void Call_that_is_not_made_is_there_with_its_reason()
    {
        using var scenario = new Scenario(Fork.Cancun)
            .Given(Samples.Recipient, 0, code: Assemble(0, 0, 0, 0, 1, Callee, 1000, Opcode.CALL));
        var call = Assert.Single(Trace(scenario).Calls);

        Assert.Equal("insufficient balance for transfer", call.Error);
        Assert.Equal((1000L + 2300, 0L), (call.Gas, call.GasUsed));
    }

    [Fact]
    public void Delegate_call_comes_from_the_contract_that_makes_it_with_the_value_of_its_frame()
    {
        using var scenario = new Scenario(Fork.Cancun)
            .Given(Samples.Recipient, 0, code: Assemble(0, 0, 0, 0, Callee, 1000, Opcode.DELEGATECALL));
        var call = Assert.Single(
            scenario.Trace(Samples.Of(TransactionType.Legacy, value: 5), NewTracer()).Root!.Calls);

        Assert.Equal((Samples.Recipient, Callee), (call.From, call.To!.Value));
        Assert.Equal((UInt256)5, call.Value!.Value);
    }

    [Fact]
    public void Flat_calls_know_their_way_and_leave_precompiles_out()
    {
        byte[] call = Assemble(0, 0, 0, 0, 0, Callee, 50_000, Opcode.CALL);
        byte[] hash = Assemble(0, 0, 0, 0, 0, Address.FromNumber(2), 50_000, Opcode.CALL);
        using var scenario = new Scenario(Fork.Cancun)
            .Given(Callee, 0, code: Assemble(Samples.Sender, Opcode.SELFDESTRUCT))
            .Given(Samples.Recipient, 0, code: [.. hash, .. call, .. call, 0xfe]);
        FlatCallTracer Flat(FlatCallTracerOptions options, ulong nonce) => scenario.Trace(
            Samples.Of(TransactionType.Legacy, nonce: nonce, gas: 500_000),
            new FlatCallTracer(options, TraceBudget.Unlimited));
        var without = Flat(new() { ConvertParityErrors = true }, 0).Calls;
        var with = Flat(new() { IncludePrecompiles = true }, 1).Calls;

        Assert.Equal(["", "0", "0.0", "1", "1.0"], without.Select(one => string.Join('.', one.TraceAddress)));
        Assert.Equal([2, 1, 0, 1, 0], without.Select(one => one.Subtraces));
        Assert.Equal("Bad instruction", without[0].Error);
        Assert.Equal(3, with[0].Subtraces);
        Assert.Equal("invalid opcode: INVALID", with[0].Error);
    }

    [Fact]
    public void Functions_are_counted_by_selector_and_length()
    {
        byte[] call = Assemble(0, 0, 36, 0, 0, Callee, 5000, Opcode.CALL);
        byte[] shortCall = Assemble(0, 0, 3, 0, 0, Callee, 5000, Opcode.CALL);
        byte[] hash = Assemble(0, 0, 36, 0, 0, Address.FromNumber(2), 5000, Opcode.CALL);
        using var scenario = new Scenario(Fork.Cancun)
            .Given(Samples.Recipient, 0, code: [.. call, .. call, .. shortCall, .. hash]);
        var tracer = scenario.Trace(
            Samples.Of(TransactionType.Legacy, data: [1, 2, 3, 4, 5]), new FourByteTracer(TraceBudget.Unlimited));

        Assert.Equal([((0u, 32), 2), ((0x01020304u, 1), 1)], tracer.Counts.Select(item => (item.Key, item.Value)));
    }

    private static string? ErrorOf(byte[] code, ulong gas = 100_000)
    {
        using var scenario = new Scenario(Fork.Cancun).Given(Samples.Recipient, 0, code: code);
        return scenario.Trace(
            Samples.Of(TransactionType.Legacy, gas: 21_000 + gas), NewTracer()).Root!.Error;
    }

    private static CallFrame Trace(Scenario scenario, CallTracerOptions? options = null) =>
        scenario.Trace(Samples.Of(TransactionType.Legacy), NewTracer(options)).Root!;

    private static CallTracer NewTracer(CallTracerOptions? options = null) =>
        new(options ?? new(), TraceBudget.Unlimited);
}
