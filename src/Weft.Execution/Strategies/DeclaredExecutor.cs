using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Declared;
using Weft.Execution.Parallel;
using Weft.Primitives;
using Weft.State;
using Weft.State.AccessLists;

namespace Weft.Execution.Strategies;

/// <summary>
/// Executes blocks by their block access lists: lanes of transactions run side by side, each from the state that the
/// list says its first transaction finds, without speculation. A list is a hint: every lane is compared with it when it
/// ends, and where one does not fit the block is executed serially.
/// </summary>
public sealed class DeclaredExecutor : IBlockExecutor
{
    private readonly ForkRules _rules;
    private readonly ulong _chainId;
    private readonly IDriver _driver;
    private readonly SerialExecutor _serial;
    private readonly BlockProcessor _phases;
    private readonly AccessListIndex _index = new();
    private readonly Lanes _lanes;
    private readonly LaneWorker[] _workers;
    private readonly Action<int> _work;
    private TransactionResult[] _results = [];
    private ulong[] _costs = [];
    private DeclaredBlock? _block;

    /// <summary><paramref name="driver"/> stays the caller's: others may use it for other blocks.</summary>
    public DeclaredExecutor(
        ForkRules rules, ulong chainId, CodeCache codes, IDriver driver, Address? depositContract = null)
    {
        (_rules, _chainId, _driver) = (rules, chainId, driver);
        _serial = new(rules, chainId, codes, depositContract);
        _phases = new(rules, chainId, codes, depositContract);
        _lanes = new(driver.Workers, driver.SwitchPoint);
        _workers = new LaneWorker[driver.Workers];
        for (int i = 0; i < _workers.Length; i++) _workers[i] = new(i, _lanes, _phases, _index, rules, codes);
        _work = worker => _workers[worker].Work(_block!);
    }

    public ExecutionSummary Summary { get; private set; }

    public ExecutedBlock Transition(BlockInput input)
    {
        int count = input.Block.Transactions.Count;
        if (input.AccessList is null || input.Roots is not null
            || !_index.TryBuild(input.AccessList, count + 1, !_rules.SelfDestructOnlyWhenCreated))
            return RunSerially(input, 0);
        if (RunLanes(input) is not { } output) return RunSerially(input, count);
        Summary = new(Strategy.Declared, _workers.Length, count, count, 0);
        return output;
    }

    public StateChanges GetChanges() =>
        _block is { IsInDoubt: false } block ? _workers[0].GetChanges(block) : _serial.GetChanges();

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Dispose();
        _phases.Dispose();
        _serial.Dispose();
    }

    /// <summary>Null where something did not fit.</summary>
    private ExecutedBlock? RunLanes(BlockInput input)
    {
        var transactions = input.Block.Transactions;
        if (_results.Length < transactions.Count) _results = new TransactionResult[2 * transactions.Count];
        var output = new ExecutedBlock(transactions, _rules);
        var environment = BlockProcessor.CreateEnvironment(input.Block.Header, _rules, _chainId);
        var block = _block = new(input, environment, _results, output);
        _lanes.Reset(EstimateCosts(input));
        _driver.Run(_work);
        if (!block.IsInDoubt && (!TryAddResults(block, output) || !_workers[0].TryFinish(block, output))) block.Doubt();
        // Results hold on to logs.
        Array.Clear(_results, 0, transactions.Count);
        return block.IsInDoubt ? null : output;
    }

    /// <summary>Gas is the block's business: whether each transaction still fitted into it is seen in order. False
    /// where one did not.</summary>
    private bool TryAddResults(DeclaredBlock block, ExecutedBlock output)
    {
        var transactions = block.Input.Block.Transactions;
        ulong gasLimit = block.Environment.GasLimit, blobGasLimit = BlobGas.Limit(_rules);
        for (int i = 0; i < transactions.Count; i++)
        {
            if (transactions[i].GasLimit > gasLimit - output.GasUsed
                || BlobGas.Of(transactions[i]) > blobGasLimit - output.BlobGasUsed) return false;
            output.Add(_results[i]);
        }
        return true;
    }

    private ReadOnlySpan<ulong> EstimateCosts(BlockInput input)
    {
        var transactions = input.Block.Transactions;
        int count = transactions.Count + 1;
        if (_costs.Length < count) _costs = new ulong[2 * count];
        for (int i = 1; i < count; i++)
            _costs[i] = Math.Min(transactions[i - 1].GasLimit, input.Block.Header.GasLimit);
        return _costs.AsSpan(0, count);
    }

    private ExecutedBlock RunSerially(BlockInput input, int inVain)
    {
        _block = null;
        var output = _serial.Transition(input);
        int count = input.Block.Transactions.Count;
        Summary = new(Strategy.Serial, 1, count, count + inVain, inVain);
        return output;
    }
}
