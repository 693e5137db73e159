using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies.Auto;
using Weft.Primitives;

namespace Weft.Execution.Strategies;

/// <summary>
/// Executors of one strategy for the forks of chains, made when first asked for. They share threads and analysed code,
/// so one of them works at a time, and one thread asks.
/// </summary>
public sealed class BlockExecutors : IDisposable
{
    private readonly Dictionary<(ForkRules, ulong, Address?), IBlockExecutor> _executors = [];
    private readonly CodeCache _codes;
    private readonly WorkerThreads _driver;
    private readonly CostModel _model;

    /// <summary><paramref name="threads"/>: of them one is the caller's, the others sleep while there is nothing for
    /// them to do. <paramref name="isBackground"/>: these give way to the threads of others.</summary>
    public BlockExecutors(Strategy strategy, int threads, CodeCache? codes = null, bool isBackground = false)
    {
        (Strategy, _driver, _codes) = (strategy, new(threads, isBackground), codes ?? new());
        _model = new(threads);
    }

    public Strategy Strategy { get; }

    /// <summary>Blocks that are to be executed by declared access and come without a list are executed once before, to
    /// make it: to prove the strategy, not to be fast.</summary>
    public bool RecordsAccessLists { get; init; }

    public int Threads => _driver.Workers;

    /// <summary>One executor. <paramref name="driver"/> stays the caller's.</summary>
    public static IBlockExecutor Create(
        Strategy strategy, ForkRules rules, ulong chainId, CodeCache codes, IDriver driver,
        Address? depositContract = null) =>
        Create(strategy, new(rules, chainId, codes, driver, depositContract), new(driver.Workers));

    private static IBlockExecutor Create(Strategy strategy, Setting setting, CostModel model)
    {
        if (strategy == Strategy.Serial) return setting.CreateSerial();
        if (strategy == Strategy.Auto)
            return new AutoExecutor(
                setting.Rules, model, setting.Driver.Workers,
                (chosen, workers) => CreateFor(chosen, setting.With(workers), HintSources.EarlierRun));
        var executor = CreateFor(strategy, setting);
        return setting.Rules.StatusInReceipts ? executor : new SerialForRoots(executor, setting.CreateSerial());
    }

    /// <summary><paramref name="hints"/>: what the optimistic engine looks at.</summary>
    private static IBlockExecutor CreateFor(
        Strategy strategy, Setting setting, HintSources hints = HintSources.None) => strategy switch
    {
        Strategy.Serial => setting.CreateSerial(),
        Strategy.Declared when setting.RecordsAccessLists => new RecordedExecutor(
            new DeclaredExecutor(
                setting.Rules, setting.ChainId, setting.Codes, setting.Driver, setting.DepositContract),
            new(setting.Rules, setting.ChainId, setting.Codes, setting.DepositContract)),
        Strategy.Declared => new DeclaredExecutor(
            setting.Rules, setting.ChainId, setting.Codes, setting.Driver, setting.DepositContract),
        Strategy.Segments => new SegmentedExecutor(
            setting.Rules, setting.ChainId, setting.Codes, setting.Driver, setting.DepositContract),
        _ => new OptimisticExecutor(
            setting.Rules, setting.ChainId, setting.Codes, setting.Driver, setting.DepositContract,
            strategy == Strategy.Dag ? HintSources.All : hints),
    };

    /// <summary>What every executor is made with.</summary>
    private sealed record Setting(
        ForkRules Rules, ulong ChainId, CodeCache Codes, IDriver Driver, Address? DepositContract)
    {
        public bool RecordsAccessLists { get; init; }

        public Setting With(int workers) =>
            workers == Driver.Workers ? this : this with { Driver = new FewerWorkers(Driver, workers) };

        public SerialExecutor CreateSerial() => new(Rules, ChainId, Codes, DepositContract);
    }

    public IBlockExecutor Get(ForkRules rules, ulong chainId, Address? depositContract = null)
    {
        var key = (rules, chainId, depositContract);
        if (!_executors.TryGetValue(key, out var executor))
            _executors.Add(
                key, executor = Create(
                    Strategy,
                    new(rules, chainId, _codes, _driver, depositContract) { RecordsAccessLists = RecordsAccessLists },
                    _model));
        return executor;
    }

    /// <summary>Gives up an executor that an exception stopped in the middle of a block.</summary>
    public void Discard(IBlockExecutor executor)
    {
        foreach (var (key, known) in _executors)
        {
            if (known != executor) continue;
            _executors.Remove(key);
            break;
        }
        executor.Dispose();
    }

    public void Dispose()
    {
        foreach (var executor in _executors.Values) executor.Dispose();
        _driver.Dispose();
    }

    /// <summary>State roots between transactions are there one after the other only: a block whose receipts need them
    /// is executed serially (EIP-658 ended them).</summary>
    private sealed class SerialForRoots(IBlockExecutor executor, SerialExecutor serial) : IBlockExecutor
    {
        private IBlockExecutor _last = serial;

        public ExecutionSummary Summary => _last.Summary;

        public ExecutedBlock Transition(BlockInput input)
        {
            _last = input.Roots is null ? executor : serial;
            return _last.Transition(input);
        }

        public State.StateChanges GetChanges() => _last.GetChanges();

        public void Dispose()
        {
            executor.Dispose();
            serial.Dispose();
        }
    }
}
