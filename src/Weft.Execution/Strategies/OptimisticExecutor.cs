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
    /// <summary>Transactions in flight. While one of a millisecond holds up the commits, the others run
    /// ahead.</summary>
    public const int DefaultWindow = 2048;

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
    private readonly LongTransactions? _long;
    private readonly Attempt[] _attempts;
    private BlockInput? _input;
    private BlockInFlight? _block;
    private bool _isPrepared;
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
        // A schedule that a seed decides does not hang on how long things take.
        _long = driver.SwitchPoint is null ? new() : null;
        _strategy = (hints & ~HintSources.EarlierRun) == 0 ? Strategy.Optimistic : Strategy.Dag;
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
        _work = Work;
    }

    public ExecutionSummary Summary { get; private set; }

    /// <summary>Transactions in flight, where that is to be fewer than the window has.</summary>
    internal int SpanMax
    {
        init => _scheduler.SpanMax = value;
    }

    public ExecutedBlock Transition(BlockInput input)
    {
        var block = input.Block;
        var output = new ExecutedBlock(block.Transactions, _rules);
        var run = new BlockProcessor.Run(
            block, BlockProcessor.CreateEnvironment(block.Header, _rules, _chainId), _phaseState, input.Hashes, null,
            null, output)
        {
            LeavesOutInvalid = input.LeavesOutInvalid,
        };
        var shared = _block = new(run, _rules, _hints, _long, _attempts);
        Volatile.Write(ref _isPrepared, false);
        _scheduler.ConfirmLead = _driver.ConfirmLead;
        (_input, Summary) = (input, new(_strategy, _workers.Length, block.Transactions.Count, 0, 0));
        _driver.Run(_work);
        Summary = Summary with
        {
            Executions = _workers.Sum(worker => worker.Executions), Aborts = _workers.Sum(worker => worker.Aborts),
        };
        shared.Error?.Throw();
        var failure = shared.Failure;
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
        _memory.Begin(index, _phaseView, isFirst: true);
        _phaseState.Reset(_phaseView);
        _phaseState.BeginSpeculation();
        phase();
        _phaseState.Capture();
        _memory.Publish(index, new ulong[_memory.BitWords]);
        _memory.Commit(index);
        _memory.Apply(index, _phaseView);
    }

    /// <summary>The first worker prepares the block while the others wake up, and only then itself: they need not wait
    /// for that.</summary>
    private void Work(int worker)
    {
        if (worker == 0) Prepare(_input!, _block!);
        _workers[worker].Begin(_block!, _input!.Observer);
        var spinner = new SpinWait();
        while (!Volatile.Read(ref _isPrepared)) _driver.Idle(ref spinner);
        _workers[worker].Work();
    }

    private void Prepare(BlockInput input, BlockInFlight block)
    {
        int count = input.Block.Transactions.Count;
        try
        {
            _memory.Reset(input.State, block.Run.Environment.Coinbase, count + 2);
            _scheduler.Reset(1, count + 1, _hints.Find(input), input.Urgent ?? _long?.Find(input.Block.Transactions));
            RunPhase(0, () => _serial.BeforeTransactions(block.Run, input.IsDaoForkBlock));
        }
#pragma warning disable CA1031 // It comes out of Transition, when the others have stopped.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            block.Error = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(exception);
            _scheduler.Stop();
        }
        Volatile.Write(ref _isPrepared, true);
        input.Observer?.Prepared();
    }
}
