using Weft.Cli.Programs;
using Weft.Cli.Workloads;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Tracing;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;
using Xunit;
using static Weft.Tests.Evm.Assembler;

namespace Weft.Tests.Execution.Tracing;

public sealed class PrestateTracerTests
{
    private static readonly Address Other = Address.FromNumber(0x07e4);

    [Fact]
    public void What_cannot_be_paid_for_is_not_touched()
    {
        byte[] code = Assemble(3, Opcode.SLOAD, Other, Opcode.BALANCE);
        var whole = Trace(code, new() { IncludeEmpty = true }, gas: 30_000);
        var cut = Trace(code, new() { IncludeEmpty = true }, gas: 21_000 + 2110);

        Assert.Contains(Other, whole.Pre.Keys);
        Assert.DoesNotContain(Other, cut.Pre.Keys);
        Assert.Equal((UInt256)3, Assert.Single(cut.Pre[Samples.Recipient].Storage).Key);
        Assert.Empty(Trace(code, new(), gas: 21_000 + 100).Pre[Samples.Recipient].Storage);
    }

    [Fact]
    public void Empty_accounts_are_left_out_unless_asked_for()
    {
        byte[] code = Assemble(Other, Opcode.BALANCE);

        Assert.DoesNotContain(Other, Trace(code, new()).Pre.Keys);
        Assert.Contains(Other, Trace(code, new() { IncludeEmpty = true }).Pre.Keys);
    }

    [Fact]
    public void Difference_has_only_what_changed()
    {
        byte[] code = Assemble(1, Opcode.SLOAD, Opcode.POP, 9, 2, Opcode.SSTORE, 0, 3, Opcode.SSTORE);
        var tracer = Trace(code, new() { DiffMode = true });
        var (before, after) = (tracer.Pre[Samples.Recipient], tracer.Post![Samples.Recipient]);

        Assert.Equal([new(3, 33)], before.Storage);
        Assert.Equal([new(2, 9)], after.Storage);
        Assert.Equal((null, null, null), (after.Balance, after.Nonce, after.CodeHash));
        Assert.Equal(1ul, tracer.Post[Samples.Sender].Nonce);
    }

    [Fact]
    public void Account_that_is_gone_has_no_after()
    {
        var tracer = Trace(Assemble(Other, Opcode.SELFDESTRUCT), new() { DiffMode = true }, fork: Fork.Shanghai);

        Assert.Contains(Samples.Recipient, tracer.Pre.Keys);
        Assert.DoesNotContain(Samples.Recipient, tracer.Post!.Keys);
    }

    [Fact]
    public void Account_whose_selfdestruct_was_undone_is_still_there()
    {
        using var scenario = new Scenario(Fork.Shanghai)
            .Given(Other, 5, code: Assemble(Samples.Sender, Opcode.SELFDESTRUCT))
            .Given(Samples.Recipient, 0, code: Assemble(
                0, 0, 0, 0, 0, Other, 50_000, Opcode.CALL, 0, 0, Opcode.REVERT));
        var tracer = scenario.Trace(
            Samples.Of(TransactionType.Legacy), new PrestateTracer(new() { DiffMode = true }, TraceBudget.Unlimited));

        Assert.DoesNotContain(Other, tracer.Pre.Keys);
        Assert.DoesNotContain(Other, tracer.Post!.Keys);
    }

    /// <summary>What a prestate is for: the transaction runs on it as on the whole state, and a difference leads from
    /// the state before to the one after.</summary>
    [Theory]
    [InlineData("erc20-disjoint")]
    [InlineData("swaps-3")]
    [InlineData("nft-mint")]
    public void Transactions_run_alike_on_their_prestate_alone(string workload)
    {
        var block = Workload.Create(workload, transactions: 40);
        var environment = BlockProcessor.CreateEnvironment(block.Block.Header, block.Rules, block.ChainId);
        var state = new WorldState(block.State);
        using var processor = new TransactionProcessor(block.Rules, new CodeCache());
        foreach (var transaction in block.Block.Transactions)
        {
            var whole = new PrestateTracer(new(), TraceBudget.Unlimited);
            var difference = new PrestateTracer(new() { DiffMode = true }, TraceBudget.Unlimited);
            var both = new MuxTracer([("whole", whole), ("difference", difference)]);
            both.Begin(new(transaction, state, environment, block.Rules));
            var expected = processor.Execute(
                transaction, state, environment, NoBlockHashes.Instance, environment.GasLimit, both);
            expected = expected with { Output = default };
            both.End(expected);

            var alone = new WorldState(ToState(whole.Pre));
            var found = processor.Execute(
                transaction, alone, environment, NoBlockHashes.Instance, environment.GasLimit);
            Assert.Equal(
                (TransactionError.None, expected.Halt, expected.GasUsed, expected.Logs.Count),
                (found.Error, found.Halt, found.GasUsed, found.Logs.Count));
            AssertSame(alone.GetChanges(), difference);
        }
    }

    private static void AssertSame(StateChanges changes, PrestateTracer difference)
    {
        var touched = changes.Accounts.Keys.Union(changes.Storage.Keys).Order();
        Assert.Equal(touched, difference.Post!.Keys);
        foreach (var (address, after) in difference.Post)
        {
            if (changes.Accounts.TryGetValue(address, out var account))
            {
                var before = difference.Pre.GetValueOrDefault(address);
                Assert.Equal(account!.Value.Balance, after.Balance ?? before?.Balance ?? UInt256.Zero);
                Assert.Equal(account.Value.Nonce, after.Nonce ?? before?.Nonce ?? 0);
            }
            var slots = changes.Storage.GetValueOrDefault(address) ?? [];
            Assert.Equal(slots.Where(slot => !slot.Value.IsZero).OrderBy(slot => slot.Key), after.Storage);
        }
    }

    private static InMemoryState ToState(SortedDictionary<Address, PrestateAccount> accounts)
    {
        var state = new InMemoryState();
        foreach (var (address, account) in accounts)
        {
            var hash = account.Code.IsEmpty ? Hash256.OfEmptyCode : state.AddCode(account.Code);
            Assert.Equal(account.CodeHash ?? Hash256.OfEmptyCode, hash);
            state.SetAccount(address, new(account.Nonce!.Value, account.Balance!.Value, hash));
            foreach (var (key, value) in account.Storage) state.SetStorage(address, key, value);
        }
        return state;
    }

    private static PrestateTracer Trace(
        byte[] code, PrestateTracerOptions options, ulong gas = 200_000, Fork fork = Fork.Cancun)
    {
        using var scenario = new Scenario(fork).Given(Samples.Recipient, 0, code: code)
            .GivenSlot(Samples.Recipient, 1, 11).GivenSlot(Samples.Recipient, 3, 33);
        return scenario.Trace(
            Samples.Of(TransactionType.Legacy, gas: gas), new PrestateTracer(options, TraceBudget.Unlimited));
    }
}
