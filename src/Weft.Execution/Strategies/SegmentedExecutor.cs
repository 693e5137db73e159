using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Parallel;
using Weft.Execution.Segments;
using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Strategies;

/// <summary>
/// Speculates that a block falls apart: each worker executes stretches of it as if those of the others did not matter,
/// at the speed of serial execution, and in the end all look whether that was so. It is where accounts and slots that
/// one has read were changed by no other; balances may have been added to by several. Where it was not, the block is
/// executed serially: worth it for blocks of which that is expected.
/// </summary>
public sealed class SegmentedExecutor : IBlockExecutor
{
    private readonly ForkRules _rules;
    private readonly ulong _chainId;
    private readonly IDriver _driver;
    private readonly SerialExecutor _serial;
    private readonly BlockProcessor _phases;
    private readonly SegmentWorker[] _workers;
    private readonly WorldState[] _states;
    private readonly WorldState _last;
    private readonly Action<int> _work;
    private TransactionResult[] _results = [];
    private SegmentedBlock? _block;
    private JoinedState? _joined;

    /// <summary><paramref name="driver"/> stays the caller's: others may use it for other blocks.</summary>
    public SegmentedExecutor(
        ForkRules rules, ulong chainId, CodeCache codes, IDriver driver, Address? depositContract = null)
    {
        (_rules, _chainId, _driver) = (rules, chainId, driver);
        _serial = new(rules, chainId, codes, depositContract);
        _phases = new(rules, chainId, codes, depositContract);
        var nothing = new InMemoryState();
        _workers = new SegmentWorker[driver.Workers];
        for (int i = 0; i < _workers.Length; i++) _workers[i] = new(rules, codes, driver, nothing);
        _states = Array.ConvertAll(_workers, worker => worker.State);
        _last = new(nothing);
        _work = worker => _workers[worker].Work(_block!, _states, worker == 0 ? _phases : null);
    }

    public ExecutionSummary Summary { get; private set; }

    public ExecutedBlock Transition(BlockInput input)
    {
        int count = input.Block.Transactions.Count;
        _joined = null;
        if (count <= 1 || input.Roots is not null) return RunSerially(input, 0);
        if (_results.Length < count) _results = new TransactionResult[2 * count];
        var output = new ExecutedBlock(input.Block.Transactions, _rules);
        var environment = BlockProcessor.CreateEnvironment(input.Block.Header, _rules, _chainId);
        _block = new(input, environment, _results, output, _workers.Length);
        _driver.Run(_work);
        bool holds = !_block.IsInDoubt && TryAddResults(input, output) && TryFinish(input, environment, output);
        // Results hold on to logs.
        Array.Clear(_results, 0, count);
        if (!holds) return RunSerially(input, count);
        Summary = new(Strategy.Segments, _workers.Length, count, count, 0);
        return output;
    }

    public StateChanges GetChanges() => _joined is null ? _serial.GetChanges() : _joined.GetChanges(_last);

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Dispose();
        _phases.Dispose();
        _serial.Dispose();
    }

    /// <summary>False where a transaction did not fit into what the block had left.</summary>
    private bool TryAddResults(BlockInput input, ExecutedBlock output)
    {
        var transactions = input.Block.Transactions;
        ulong gasLimit = input.Block.Header.GasLimit, blobGasLimit = BlobGas.Limit(_rules);
        for (int i = 0; i < transactions.Count; i++)
        {
            if (transactions[i].GasLimit > gasLimit - output.GasUsed
                || BlobGas.Of(transactions[i]) > blobGasLimit - output.BlobGasUsed) return false;
            output.Add(_results[i]);
        }
        return true;
    }

    /// <summary>Pays the fees and does what comes after the transactions. False where the block is invalid.</summary>
    private bool TryFinish(BlockInput input, BlockEnvironment environment, ExecutedBlock output)
    {
        var fees = UInt256.Zero;
        for (int i = 0; i < input.Block.Transactions.Count; i++) fees += _results[i].Fee;
        _joined = new(input.State, _states);
        _last.Reset(_joined);
        _last.BeginTransaction();
        _last.AddBalance(environment.Coinbase, fees);
        _last.EndTransaction(_rules.ClearsEmptyAccounts);
        var run = new BlockProcessor.Run(input.Block, environment, _last, input.Hashes, null, null, output);
        return _phases.AfterTransactions(run) is null;
    }

    private ExecutedBlock RunSerially(BlockInput input, int inVain)
    {
        _joined = null;
        var output = _serial.Transition(input);
        int count = input.Block.Transactions.Count;
        Summary = new(Strategy.Serial, 1, count, count + inVain, inVain);
        return output;
    }
}
