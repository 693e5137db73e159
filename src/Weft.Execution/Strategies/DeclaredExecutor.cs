using System.Diagnostics;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Access;
using Weft.Execution.Declared;
using Weft.Execution.Parallel;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Execution.Strategies;

/// <summary>
/// Executes blocks by their block access lists: lanes of transactions run side by side, each from the state that the
/// list says its first transaction finds, without speculation. A list is a hint: every lane is compared with it when it
/// ends, and where one does not fit the block is executed serially. Where the list belongs to the block
/// (<see cref="BlockInput.StrictAccessList"/>) every transaction is a lane, what all of them did is made into a list,
/// and that must be the same one: then, from the first index on, each began with the true state.
/// </summary>
public sealed class DeclaredExecutor : IBlockExecutor
{
    /// <summary>What comes before the transactions, or after them, is expected to take so many nanoseconds.</summary>
    private const ulong CostOfPhase = 2_000;

    /// <summary>So many parts are estimated by one worker at a time.</summary>
    internal const int EstimatedInRow = 16;

    private readonly ForkRules _rules;
    private readonly ulong _chainId;
    private readonly IDriver _driver;
    private readonly SerialExecutor _serial;
    private readonly BlockProcessor _before, _after;
    private readonly ILanes _lanes;
    private readonly TransferExecution _transfers;
    private readonly LaneWorker[] _workers;
    private readonly Action<int> _work;
    private readonly CallTimes _times = new();
    private ulong[] _costs = [];
    private LaneResult[] _laneResults = [];

    // Parts of the block that have been handed out to be estimated, and those that have been.
    private int _handedOut, _estimated;
    private DeclaredBlock? _block;
    private Func<StateChanges> _changes;

    /// <summary><paramref name="driver"/> stays the caller's: others may use it for other blocks.</summary>
    public DeclaredExecutor(
        ForkRules rules, ulong chainId, CodeCache codes, IDriver driver, Address? depositContract = null)
        : this(rules, chainId, codes, driver, depositContract, new Lanes(driver.Workers, driver.SwitchPoint))
    {
    }

    internal DeclaredExecutor(
        ForkRules rules, ulong chainId, CodeCache codes, IDriver driver, Address? depositContract, ILanes lanes)
    {
        (_rules, _chainId, _driver, _lanes) = (rules, chainId, driver, lanes);
        _serial = new(rules, chainId, codes, depositContract);
        _before = new(rules, chainId, codes, depositContract);
        _after = new(rules, chainId, codes, depositContract);
        _transfers = new(rules, chainId, driver, _before);
        _workers = new LaneWorker[driver.Workers];
        for (int i = 0; i < _workers.Length; i++) _workers[i] = new(i, lanes, _before, _after, rules, codes);
        _work = Work;
        _changes = _serial.GetChanges;
    }

    public ExecutionSummary Summary { get; private set; }

    /// <summary>What the first worker took for the estimates of an observed block, in ticks of <see cref="Stopwatch"/>:
    /// to measure.</summary>
    internal long EstimateTicks { get; private set; }

    public ExecutedBlock Transition(BlockInput input)
    {
        int count = input.Block.Transactions.Count;
        if (input.Roots is not null) return RunSerially(input, 0);
        if (input.AccessList is not { } list) return RunTransfers(input) ?? RunSerially(input, 0);
        // They need no list, unless it is part of the block.
        if (!input.StrictAccessList && RunTransfers(input) is { } transfers) return transfers;
        if (input.StrictAccessList && IsTooLarge(list, input.Block.Header.GasLimit))
            return RunSerially(input, 0).Fail(
                BlockError.AccessListTooLarge, $"the block access list has {list.CountItems()} items");
        if (RunLanes(input) is { } output)
        {
            _changes = () => _workers[0].GetChanges(_block!);
            Summary = new(Strategy.Declared, _workers.Length, count, count, 0);
            return output;
        }
        output = RunSerially(input, count);
        // What is wrong without the list comes first.
        return !input.StrictAccessList || output.HasFailed ? output : output.Fail(
            BlockError.AccessListMismatch, "the block does not do what its block access list says");
    }

    public StateChanges GetChanges() => _changes();

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Dispose();
        _before.Dispose();
        _after.Dispose();
        _serial.Dispose();
    }

    /// <summary>Plain transfers declare themselves. Null where the block holds something else.</summary>
    private ExecutedBlock? RunTransfers(BlockInput input)
    {
        if (input.Observer is not null) return null;
        var environment = BlockProcessor.CreateEnvironment(input.Block.Header, _rules, _chainId);
        if (_transfers.TryRun(input, environment) is not { } output) return null;
        _changes = _transfers.GetChanges;
        int count = input.Block.Transactions.Count;
        Summary = new(Strategy.Declared, _workers.Length, count, count, 0);
        return output;
    }

    /// <summary>Null where something did not fit.</summary>
    private ExecutedBlock? RunLanes(BlockInput input)
    {
        var output = new ExecutedBlock(input.Block.Transactions, _rules);
        var environment = BlockProcessor.CreateEnvironment(input.Block.Header, _rules, _chainId);
        int parts = input.Block.Transactions.Count + 2;
        if (_costs.Length < parts) (_costs, _laneResults) = (new ulong[2 * parts], new LaneResult[2 * parts]);
        var block = _block = new(input, environment, output, new([], _rules), _costs, _laneResults);
        (_handedOut, _estimated) = (0, 0);
        _driver.Run(_work);
        if (block.IsInDoubt || !block.IsComplete || !IsListOf(block)
            || !block.TryTakeAll(environment.GasLimit, BlobGas.Limit(_rules))
            || _after.CollectDeposits(output) is not null) return null;
        output.AddRequestsOf(block.After);
        foreach (var worker in _workers) worker.Teach(_times, input.Block.Transactions);
        return output;
    }

    private static bool IsTooLarge(BlockAccessList list, ulong gasLimit) =>
        (ulong)list.CountItems() > gasLimit / BlockAccessList.ItemCost;

    /// <summary>Where the list belongs to the block: whether the block has exactly this one.</summary>
    private static bool IsListOf(DeclaredBlock block) => block.Footprints is null
        || AccessListBuilder.Build(block.Footprints).Encode().AsSpan().SequenceEqual(block.Input.AccessList!.Encode());

    /// <summary>All who are awake estimate, the caller makes the lanes.</summary>
    private void Work(int worker)
    {
        var block = _block!;
        long start = worker == 0 && block.Input.Observer is not null ? Stopwatch.GetTimestamp() : 0;
        EstimateCosts(block);
        if (start != 0) EstimateTicks = Stopwatch.GetTimestamp() - start;
        if (worker == 0) Divide(block);
        var spinner = new SpinWait();
        while (!block.IsDivided) _driver.Idle(ref spinner);
        _workers[worker].Work(block);
    }

    private void Divide(DeclaredBlock block)
    {
        bool isDivided = false;
        try
        {
            var spinner = new SpinWait();
            while (Volatile.Read(ref _estimated) <= block.LastIndex) _driver.Idle(ref spinner);
            _lanes.Reset(_costs.AsSpan(0, block.LastIndex + 1));
            isDivided = true;
        }
        finally
        {
            // The others wait, whatever happens here.
            if (!isDivided) block.Doubt();
            block.Divided();
        }
    }

    /// <summary>Looking at transactions that no core has seen yet takes long, so whoever would wait for the lanes takes
    /// some of them.</summary>
    private void EstimateCosts(DeclaredBlock block)
    {
        int parts = block.LastIndex + 1;
        while (true)
        {
            int first = Interlocked.Add(ref _handedOut, EstimatedInRow) - EstimatedInRow;
            if (first >= parts) return;
            int end = Math.Min(first + EstimatedInRow, parts);
            try
            {
                for (int part = first; part < end; part++) _costs[part] = EstimateCost(block, part);
            }
            finally
            {
                // The first worker waits for it, whatever happens here.
                Interlocked.Add(ref _estimated, end - first);
            }
        }
    }

    private ulong EstimateCost(DeclaredBlock block, int part)
    {
        if (part == 0 || part == block.LastIndex) return CostOfPhase;
        var body = block.Input.Block;
        return _times.Estimate(body.Transactions[part - 1], body.Header.GasLimit);
    }

    private ExecutedBlock RunSerially(BlockInput input, int inVain)
    {
        _changes = _serial.GetChanges;
        var output = _serial.Transition(input);
        int count = input.Block.Transactions.Count;
        Summary = new(Strategy.Serial, 1, count, count + inVain, inVain);
        return output;
    }
}
