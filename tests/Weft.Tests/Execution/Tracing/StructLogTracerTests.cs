using Weft.Evm;
using Weft.Execution.Tracing;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Xunit;
using static Weft.Tests.Evm.Assembler;

namespace Weft.Tests.Execution.Tracing;

public sealed class StructLogTracerTests
{
    private static readonly Address Callee = Address.FromNumber(0xca11ee);

    [Fact]
    public void Instructions_have_their_cost_and_what_they_find()
    {
        var logs = Trace(Assemble(7, 64, Opcode.MSTORE, 32, 64, Opcode.RETURN)).Logs;

        Assert.Equal([3, 3, 3 + 9, 3, 3, 0], logs.Select(log => log.GasCost));
        Assert.Equal([0, 2, 4, 5, 7, 9], logs.Select(log => log.Pc));
        Assert.Equal([7, 64], logs[2].Stack!);
        Assert.Equal(179_000, logs[0].Gas);
        Assert.All(logs, log => Assert.Equal((1, null, null), (log.Depth, log.Memory, log.Error)));
    }

    [Fact]
    public void Call_costs_what_it_passes_on_and_creation_does_not()
    {
        var call = Trace(
            Assemble(0, 0, 0, 0, 0, Callee, 5000, Opcode.CALL), scenario => scenario.Given(Callee, 1, code: [0x00]));
        var precompile = Trace(Assemble(0, 0, 0, 0, 0, Address.FromNumber(4), 5000, Opcode.CALL));
        var creation = Trace(Assemble(0, 0, 0, Opcode.CREATE));

        Assert.Equal(2600 + 5000, CostOf(call, Opcode.CALL));
        Assert.Equal(100 + 5000, CostOf(precompile, Opcode.CALL));
        Assert.Equal(32000, CostOf(creation, Opcode.CREATE));
    }

    [Fact]
    public void Instruction_that_could_not_be_paid_for_has_an_error_and_one_that_failed_by_itself_has_none()
    {
        var unpaid = Trace(Assemble(1, 0x100000000, Opcode.MSTORE)).Logs[^1];
        var underflow = Trace(Assemble(1, Opcode.ADD)).Logs[^1];
        var jump = Trace(Assemble(0, Opcode.JUMP)).Logs[^1];

        Assert.Equal("out of gas", unpaid.Error);
        Assert.Equal(("stack underflow (1 <=> 2)", 3), (underflow.Error, underflow.GasCost));
        Assert.Equal((null, 8), (jump.Error, jump.GasCost));
    }

    [Fact]
    public void Storage_is_what_the_contract_has_accessed_so_far()
    {
        var tracer = Trace(
            Assemble(5, Opcode.SLOAD, Opcode.POP, 9, 1, Opcode.SSTORE, 8, 5, Opcode.SSTORE),
            scenario => scenario.GivenSlot(Samples.Recipient, 5, 55));
        var storages = tracer.Logs.Where(log => log.Storage is not null).Select(log => log.Storage!.Value).ToArray();

        Assert.Equal([1, 2, 3], storages.Select(storage => storage.Count));
        Assert.Equal(
            [new(5, 55), new(1, 9), new(5, 8)], storages[^1].Accesses.Take(storages[^1].Count).ToArray());
    }

    [Fact]
    public void Cold_slots_cost_the_same_as_without_a_tracer()
    {
        byte[] code = Assemble(5, Opcode.SLOAD, 5, Opcode.SLOAD, 6, 7, Opcode.SSTORE, 0, 5, Opcode.SSTORE);
        using var traced = new Scenario(Fork.Cancun).Given(Samples.Recipient, 0, code: code)
            .GivenSlot(Samples.Recipient, 5, 55);
        using var untraced = new Scenario(Fork.Cancun).Given(Samples.Recipient, 0, code: code)
            .GivenSlot(Samples.Recipient, 5, 55);
        var transaction = Samples.Of(TransactionType.Legacy);
        var tracer = traced.Trace(transaction, New(new()));

        Assert.Equal(untraced.Run(transaction).GasUsed, tracer.GasUsed);
        Assert.Equal(2100, tracer.Logs.First(log => log.Opcode == (byte)Opcode.SLOAD).GasCost);
    }

    [Fact]
    public void Refunds_of_all_frames_add_up()
    {
        byte[] clear = Assemble(0, 1, Opcode.SSTORE);
        var tracer = Trace(
            [.. clear, .. Assemble(0, 0, 0, 0, 0, Callee, 50_000, Opcode.CALL)],
            scenario => scenario.Given(Callee, 0, code: [.. clear, 0x00]).GivenSlot(Callee, 1, 1)
                .GivenSlot(Samples.Recipient, 1, 1));

        Assert.Equal(0, tracer.Logs[2].Refund);
        Assert.Equal(4800, tracer.Logs.First(log => log.Depth == 2).Refund);
        Assert.Equal(9600, tracer.Logs[^1].Refund);
    }

    [Fact]
    public void Options_decide_what_is_kept()
    {
        byte[] code = Assemble(7, 0, Opcode.MSTORE, 0, Opcode.SLOAD, 32, 0, Opcode.REVERT);
        byte[] call = Assemble(0, 0, 0, 0, 0, Callee, 50_000, Opcode.CALL, Opcode.POP);
        var all = Trace(call, scenario => scenario.Given(Callee, 1, code: code), new()
        {
            EnableMemory = true, EnableReturnData = true,
        });
        var none = Trace(code, null, new() { DisableStack = true, DisableStorage = true });

        Assert.Equal(32, all.Logs.Last(log => log.Depth == 2).Memory!.Length);
        Assert.Equal(32, all.Logs[^1].ReturnData!.Length);
        Assert.All(none.Logs, log => Assert.True(log.Stack is null && log.Storage is null && log.Memory is null));
        Assert.True(none.Failed);
        Assert.Equal(32, none.ReturnValue.Length);
    }

    [Fact]
    public void Limit_leaves_instructions_out_and_the_budget_refuses_them()
    {
        byte[] loop = Assemble(Opcode.JUMPDEST, 0, Opcode.JUMP);
        var limited = Trace(loop, null, new() { Limit = 10_000 });
        using var scenario = new Scenario(Fork.Cancun).Given(Samples.Recipient, 0, code: loop);
        var budget = new TraceBudget(Timeout.InfiniteTimeSpan, 10_000, CancellationToken.None);
        var error = Assert.Throws<TraceAbortedException>(
            () => scenario.Trace(Samples.Of(TransactionType.Legacy), new StructLogTracer(new(), budget)));

        Assert.InRange(limited.Logs.Count, 50, 150);
        Assert.True(limited.Failed);
        Assert.Equal(200_000ul, limited.GasUsed);
        Assert.Contains("larger than 10000 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_ends_every_tracer()
    {
        byte[] loop = Assemble(Opcode.JUMPDEST, 0, Opcode.JUMP);
        var over = new TraceBudget(TimeSpan.Zero, long.MaxValue, CancellationToken.None);
        var cancelled = new TraceBudget(Timeout.InfiniteTimeSpan, long.MaxValue, new CancellationToken(true));
        foreach (var budget in (TraceBudget[])[over, cancelled])
        {
            foreach (var tracer in (ITransactionTracer[])
                [new StructLogTracer(new(), budget), new CallTracer(new(), budget), new PrestateTracer(new(), budget),
                    new FlatCallTracer(new(), budget), new FourByteTracer(budget), new NoopTracer(budget),
                    new MuxTracer([("noopTracer", new NoopTracer(budget))])])
            {
                using var scenario = new Scenario(Fork.Cancun).Given(Samples.Recipient, 0, code: loop);
                Assert.Throws<TraceAbortedException>(
                    () => scenario.Trace(Samples.Of(TransactionType.Legacy), tracer));
            }
        }
    }

    private static long CostOf(StructLogTracer tracer, Opcode opcode) =>
        tracer.Logs.Single(log => log.Opcode == (byte)opcode).GasCost;

    private static StructLogTracer Trace(
        byte[] code, Func<Scenario, Scenario>? given = null, StructLogOptions? options = null)
    {
        using var scenario = new Scenario(Fork.Cancun).Given(Samples.Recipient, 0, code: code);
        given?.Invoke(scenario);
        return scenario.Trace(Samples.Of(TransactionType.Legacy), New(options ?? new()));
    }

    private static StructLogTracer New(StructLogOptions options) => new(options, TraceBudget.Unlimited);
}
