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
    private LaneGas[] _gas = [];
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
        output.ReserveAll();
        var environment = BlockProcessor.CreateEnvironment(input.Block.Header, _rules, _chainId);
        int parts = input.Block.Transactions.Count + 2;
        if (_costs.Length < parts) (_costs, _gas) = (new ulong[2 * parts], new LaneGas[2 * parts]);
        var block = _block = new(input, environment, output, new([], _rules), _costs, _gas);
        _driver.Run(_work);
        if (block.IsInDoubt || !block.IsComplete || !IsListOf(block)
            || !block.TryCountGas(environment.GasLimit, BlobGas.Limit(_rules))
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

    /// <summary>The caller makes the lanes.</summary>
    private void Work(int worker)
    {
        var block = _block!;
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
            _lanes.Reset(EstimateCosts(block.Input));
            isDivided = true;
        }
        finally
        {
            // The others wait, whatever happens here.
            if (!isDivided) block.Doubt();
            block.Divided();
        }
    }

    private ReadOnlySpan<ulong> EstimateCosts(BlockInput input)
    {
        var transactions = input.Block.Transactions;
        int last = transactions.Count + 1;
        for (int i = 1; i < last; i++)
            _costs[i] = _times.Estimate(transactions[i - 1], input.Block.Header.GasLimit);
        _costs[0] = _costs[last] = CostOfPhase;
        return _costs.AsSpan(0, last + 1);
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
