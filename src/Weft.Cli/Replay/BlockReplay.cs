using System.Diagnostics;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Evm.Tracing;
using Weft.Execution;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Cli.Replay;

/// <summary>The first thing that differs in a block. Index and hash are those of the transaction, where one can be
/// named.</summary>
public sealed record Difference(
    string Field, string Expected, string Got, int? TransactionIndex = null, Hash256? TransactionHash = null)
{
    /// <summary>Instructions around the point where the gas went apart; empty where that cannot be had.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];
}

/// <summary>What replaying a block came to.</summary>
public sealed record ReplayResult(BlockFile File, ForkRules Rules, ulong GasUsed, TimeSpan FirstTime)
{
    /// <summary>What was compared and found equal; empty with a difference.</summary>
    public IReadOnlyList<string> Proven { get; init; } = [];

    public Difference? Difference { get; init; }

    /// <summary>What could not be proven because the witness lacks it; null where nothing was missing.</summary>
    public string? Unproven { get; init; }

    public bool IsProven => Difference is null && Unproven is null;

    /// <summary>Times of the repetitions, ascending; empty where none were asked for.</summary>
    public IReadOnlyList<TimeSpan> Times { get; init; } = [];

    /// <summary>How the block was executed, the last time.</summary>
    public ExecutionSummary Summary { get; init; }
}

/// <summary>
/// Executes blocks, of Ethereum mainnet unless their files name another chain, in memory and compares every result with
/// what the file says of it. </summary>
public sealed class BlockReplay : IDisposable
{
    private readonly CodeCache _codes = new();
    private readonly StateTrie _trie = new(threads: 1);
    private readonly BlockExecutors _executors;
    private Func<StateChanges> _changes = () => new();

    /// <summary><paramref name="threads"/> for the transactions of a block.</summary>
    public BlockReplay(Strategy strategy = Strategy.Serial, int threads = 1) =>
        _executors = new(strategy, threads, _codes);

    /// <summary>How the last block was executed.</summary>
    public ExecutionSummary Summary { get; private set; }

    public ReplayResult Replay(BlockFile file)
    {
        var rules = file.FindRules();
        if (file.Witness is null) return Replay(file, rules);
        try
        {
            return Replay(file, rules);
        }
        catch (InvalidDataException e)
        {
            // The witness lacks what the block reads. The executor stopped in the middle: it is not used again.
            _executors.Discard(ExecutorOf(file, rules));
            return new(file, rules, 0, TimeSpan.Zero) { Unproven = e.Message };
        }
    }

    private ReplayResult Replay(BlockFile file, ForkRules rules)
    {
        long start = Stopwatch.GetTimestamp();
        var result = Execute(file, rules, null);
        var replay = new ReplayResult(file, rules, result.GasUsed, Stopwatch.GetElapsedTime(start))
        {
            Summary = Summary,
        };
        var difference = file.IsComplete
            ? CompareWithHeader(file, rules, result)
            : CompareWithComputed(file, result);
        if (difference is not null) return replay with { Difference = Explain(file, rules, difference, result) };
        replay = replay with { Proven = Proven(file, rules) };
        if (file.Witness is { } witness) return ProveStateRoot(replay, witness);
        return file is { IsWholeState: true, State: InMemoryState state } ? ProveStateRoot(replay, state) : replay;
    }

    private ReplayResult ProveStateRoot(ReplayResult replay, InMemoryState state)
    {
        var after = state.Clone();
        after.Apply(_changes());
        return CompareStateRoot(replay, after.ComputeRoot());
    }

    /// <summary>The roots before and after: the witness hangs on that of the parent, whose hash was compared.</summary>
    private ReplayResult ProveStateRoot(ReplayResult replay, Witness witness)
    {
        replay = replay with { Proven = [.. replay.Proven, "state root before"] };
        if (replay.File.OmmerCount > 0)
            return replay with { Unproven = "the state root after: the file does not give the ommers' headers" };
        Hash256 root;
        try
        {
            using var nodes = new NodeSet();
            root = _trie.Update(witness, _changes(), nodes);
        }
        catch (InvalidDataException e)
        {
            return replay with { Unproven = $"the state root after: {e.Message}" };
        }
        return CompareStateRoot(replay, root);
    }

    private static ReplayResult CompareStateRoot(ReplayResult replay, in Hash256 root)
    {
        var expected = replay.File.Block.Header.StateRoot;
        return root == expected
            ? replay with { Proven = [.. replay.Proven, "state root after"] }
            : replay with { Proven = [], Difference = new("state root", $"{expected}", $"{root}") };
    }

    /// <summary>Executes the block again, from the same state: senders known, code analysed. Ascending times of the
    /// state transition, and of receipts with their blooms and roots, which follow it.</summary>
    public (TimeSpan[] Transition, TimeSpan[] Seal) Repeat(BlockFile file, int times, CancellationToken cancellation)
    {
        var rules = file.FindRules();
        var (transition, seal) = (new TimeSpan[times], new TimeSpan[times]);
        for (int i = 0; i < times; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            var finish = Transition(file, rules, null);
            transition[i] = Stopwatch.GetElapsedTime(start);
            finish();
            seal[i] = Stopwatch.GetElapsedTime(start) - transition[i];
        }
        Array.Sort(transition);
        Array.Sort(seal);
        return (transition, seal);
    }

    public void Dispose()
    {
        _trie.Dispose();
        _executors.Dispose();
    }

    // ---- Execution ----

    private BlockResult Execute(BlockFile file, ForkRules rules, ITracer? tracer) => Transition(file, rules, tracer)();

    private IBlockExecutor ExecutorOf(BlockFile file, ForkRules rules) =>
        _executors.Get(rules, file.ChainId, file.Chain?.DepositContract);

    /// <summary>Returns what is left to do after the state transition.</summary>
    private Func<BlockResult> Transition(BlockFile file, ForkRules rules, ITracer? tracer)
    {
        if (tracer is not null)
        {
            // A tracer follows one transaction after the other.
            var state = new WorldState(file.State);
            using var processor = new BlockProcessor(rules, file.ChainId, _codes, file.Chain?.DepositContract);
            return processor.Transition(file.Block, state, file.Hashes, file.IsDaoForkBlock, tracer).Seal;
        }
        var executor = ExecutorOf(file, rules);
        _changes = executor.GetChanges;
        var executed = executor.Transition(
            new(file.Block, file.State, file.Hashes)
            {
                IsDaoForkBlock = file.IsDaoForkBlock, AccessList = file.AccessList,
            });
        Summary = executor.Summary;
        return executed.Seal;
    }

    // ---- Comparison ----

    private static List<string> Proven(BlockFile file, ForkRules rules)
    {
        if (!file.IsComplete) return ["computed results of each transaction"];
        List<string> proven = ["hash", "transactions", "gas", "bloom"];
        if (file.IsSigned) proven.Insert(2, "senders");
        if (rules.StatusInReceipts) proven.Add("receipts");
        if (rules.Withdrawals) proven.Add("withdrawals");
        if (rules.Blobs is not null) proven.Add("blob gas");
        if (rules.Requests) proven.Add("requests");
        if (file.Receipts is not null) proven.Add("each receipt");
        return proven;
    }

    private static Difference? CompareWithHeader(BlockFile file, ForkRules rules, BlockResult result)
    {
        // Of ommers the file has no more than their hashes; that these fit the header was seen when it was read.
        var block = file.OmmerCount == 0
            ? file.Block
            : file.Block with { Header = file.Block.Header with { OmmersHash = Hash256.OfEmptyList } };
        if (file.Chain is { HasSystemCalls: false }) result = result with { RequestsHash = block.Header.RequestsHash };
        var verified = BlockProcessor.Verify(result, block, rules);
        if (verified.Error == BlockError.InvalidTransaction)
            return new Difference(
                "validity", "a valid transaction", verified.TransactionError.ToString(), verified.TransactionIndex);
        if (FirstReceiptDifference(file, result) is { } inReceipt) return inReceipt;
        if (verified.Error == BlockError.None) return null;
        return new Difference(verified.Error.ToString(), "what the header says", verified.Detail ?? "");
    }

    private static Difference? FirstReceiptDifference(BlockFile file, BlockResult result)
    {
        if (file.Receipts is null) return null;
        for (int i = 0; i < file.Receipts.Count; i++)
        {
            var (expected, got) = (file.Receipts[i], result.Transactions[i]);
            if (expected.GasUsed != got.GasUsed) return new("gas used", $"{expected.GasUsed}", $"{got.GasUsed}", i);
            if (expected.Succeeded is { } success && success != got.Succeeded)
                return new("status", Status(success), $"{Status(got.Succeeded)} ({got.Halt})", i);
            if (FirstLogDifference(expected.Logs, got.Logs) is { } log) return log with { TransactionIndex = i };
        }
        return null;
    }

    private static Difference? FirstLogDifference(IReadOnlyList<LogEntry> expected, IReadOnlyList<LogEntry> got)
    {
        for (int i = 0; i < Math.Min(expected.Count, got.Count); i++)
        {
            var (a, b) = (expected[i], got[i]);
            if (a.Address != b.Address) return new($"log {i}, address", $"{a.Address}", $"{b.Address}");
            if (!a.Topics.SequenceEqual(b.Topics))
                return new($"log {i}, topics", string.Join(' ', a.Topics), string.Join(' ', b.Topics));
            if (!a.Data.Span.SequenceEqual(b.Data.Span))
                return new($"log {i}, data", Hex.Encode(a.Data.Span), Hex.Encode(b.Data.Span));
        }
        return expected.Count == got.Count ? null : new("number of logs", $"{expected.Count}", $"{got.Count}");
    }

    private static Difference? CompareWithComputed(BlockFile file, BlockResult result)
    {
        if (result.Error != BlockError.None)
            return new("validity", "a valid transaction", result.TransactionError.ToString(), result.TransactionIndex);
        for (int i = 0; i < result.Transactions.Count; i++)
        {
            var (expected, got) = (file.Computed![i], result.Transactions[i]);
            if (expected.GasUsed != got.GasUsed) return new("gas used", $"{expected.GasUsed}", $"{got.GasUsed}", i);
            if (expected.Succeeded != got.Succeeded)
                return new("status", Status(expected.Succeeded), $"{Status(got.Succeeded)} ({got.Halt})", i);
            if (expected.LogCount != got.Logs.Count)
                return new("number of logs", $"{expected.LogCount}", $"{got.Logs.Count}", i);
            var hash = LogsHash.Of(got.Logs);
            if (expected.LogsHash != hash) return new("logs hash", $"{expected.LogsHash}", $"{hash}", i);
        }
        return null;
    }

    private static string Status(bool succeeded) => succeeded ? "success" : "failure";

    // ---- Explanation ----

    private Difference Explain(BlockFile file, ForkRules rules, Difference difference, BlockResult result)
    {
        if (difference.TransactionIndex is not { } index) return difference;
        if (index < file.TransactionHashes.Count)
            difference = difference with { TransactionHash = file.TransactionHashes[index] };
        bool executed = index < result.Transactions.Count;
        if (!executed || ExpectedGas(file, index) is not { } expectedGas) return difference;
        var finder = new GasDivergence(index, file.Block.Transactions[index].GasLimit, expectedGas);
        Execute(file, rules, finder);
        return difference with { Steps = finder.Describe() };
    }

    private static ulong? ExpectedGas(BlockFile file, int index) =>
        file.Receipts?[index].GasUsed ?? file.Computed?[index].GasUsed;
}
