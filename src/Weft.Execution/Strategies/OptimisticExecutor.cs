using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Parallel;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.MultiVersion;

namespace Weft.Execution.Strategies;

/// <summary>
/// Executes whole blocks on several threads, with the results of <see cref="BlockProcessor"/>: speculation over
/// multi-version memory, validation by value, commit in order. One block at a time.
/// </summary>
public sealed class OptimisticExecutor : IBlockExecutor
{
    /// <summary>Transactions in flight. While one of a millisecond holds up the commits, the others run ahead.</summary>
    public const int DefaultWindow = 1024;

    private readonly ForkRules _rules;
    private readonly ulong _chainId;
    private readonly BlockProcessor _serial;
    private readonly WorldState _phaseState;
    private readonly TransactionView _phaseView;
    private readonly MultiVersionMemory _memory;
    private readonly Scheduler _scheduler;
    private readonly Worker[] _workers;
    private readonly IDriver _driver;
    private readonly Action<int> _work;
    private readonly DependencyHints _hints;
    private readonly Attempt[] _attempts;
    private readonly Strategy _strategy;

    /// <summary><paramref name="driver"/> stays the caller's: others may use it for other blocks.</summary>
    public OptimisticExecutor(
        ForkRules rules, ulong chainId, CodeCache codes, IDriver driver, Address? depositContract = null,
        HintSources hints = HintSources.None, int window = DefaultWindow)
        : this(rules, chainId, codes, driver, depositContract, hints, window, validates: true)
    {
    }

    /// <summary>Without validation results are wrong: for a test that this is noticed.</summary>
    internal OptimisticExecutor(
        ForkRules rules, ulong chainId, CodeCache codes, IDriver driver, Address? depositContract, HintSources hints,
        int window, bool validates)
    {
        _hints = new(hints);
        _strategy = hints == HintSources.None ? Strategy.Optimistic : Strategy.Dag;
        (_rules, _chainId, _driver) = (rules, chainId, driver);
        _memory = new(window, driver.SwitchPoint);
        _scheduler = new(window, driver.SwitchPoint);
        _attempts = new Attempt[window];
        _serial = new(rules, chainId, codes, depositContract);
        _phaseView = _memory.CreateView();
        _phaseState = new(_phaseView);
        _workers = new Worker[driver.Workers];
        for (int i = 0; i < _workers.Length; i++)
            _workers[i] = new(i, _memory, _scheduler, driver, new(rules, codes), validates);
        _work = worker => _workers[worker].Work();
    }

    public ExecutionSummary Summary { get; private set; }

    public ExecutedBlock Transition(BlockInput input)
    {
        var block = input.Block;
        _memory.Reset(input.State, block.Transactions.Count + 2);
        var output = new ExecutedBlock(block.Transactions, _rules);
        var run = new BlockProcessor.Run(
            block, BlockProcessor.CreateEnvironment(block.Header, _rules, _chainId), _phaseState, input.Hashes, null,
            null, output);
        Summary = new(_strategy, _workers.Length, block.Transactions.Count, 0, 0);
        RunPhase(0, () => _serial.BeforeTransactions(run, input.IsDaoForkBlock));
        var failure = RunTransactions(run, _hints.Find(input), input.Observer);
        if (failure is null) RunPhase(block.Transactions.Count + 1, () => failure = _serial.AfterTransactions(run));
        return failure ?? output;
    }

    public StateChanges GetChanges() => _memory.GetChanges();

    public void Dispose()
    {
        _serial.Dispose();
        foreach (var worker in _workers) worker.Dispose();
    }

    /// <summary>What comes before and after the transactions runs alone, as if it were a transaction.</summary>
    private void RunPhase(int index, Action phase)
    {
        _memory.Begin(index, _phaseView);
        _phaseState.Reset(_phaseView);
        _phaseState.BeginSpeculation();
        phase();
        _phaseState.Capture();
        _memory.Publish(index, new ulong[_memory.Window / 64]);
        _memory.Commit(index);
    }

    private ExecutedBlock? RunTransactions(
        BlockProcessor.Run run, ReadOnlyMemory<int> predecessors, IWorkObserver? observer)
    {
        int count = run.Block.Transactions.Count;
        if (count == 0) return null;
        var shared = new BlockInFlight(run, _rules, _hints, _attempts);
        _scheduler.Reset(1, count + 1, predecessors);
        foreach (var worker in _workers) worker.Begin(shared, observer);
        _driver.Run(_work);
        Summary = Summary with
        {
            Executions = _workers.Sum(worker => worker.Executions), Aborts = _workers.Sum(worker => worker.Aborts),
        };
        shared.Error?.Throw();
        return shared.Failure;
    }
}
