using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Parallel;
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

    /// <summary><paramref name="threads"/>: of them one is the caller's, the others sleep while there is nothing for
    /// them to do.</summary>
    public BlockExecutors(Strategy strategy, int threads, CodeCache? codes = null) =>
        (Strategy, _driver, _codes) = (strategy, new(threads), codes ?? new());

    public Strategy Strategy { get; }

    public int Threads => _driver.Workers;

    /// <summary>One executor. <paramref name="driver"/> stays the caller's.</summary>
    public static IBlockExecutor Create(
        Strategy strategy, ForkRules rules, ulong chainId, CodeCache codes, IDriver driver,
        Address? depositContract = null)
    {
        IBlockExecutor executor = strategy switch
        {
            Strategy.Declared => new DeclaredExecutor(rules, chainId, codes, driver, depositContract),
            Strategy.Optimistic or Strategy.Dag =>
                new OptimisticExecutor(rules, chainId, codes, driver, depositContract),
            _ => new SerialExecutor(rules, chainId, codes, depositContract),
        };
        return rules.StatusInReceipts || executor is SerialExecutor
            ? executor
            : new SerialForRoots(executor, new(rules, chainId, codes, depositContract));
    }

    public IBlockExecutor Get(ForkRules rules, ulong chainId, Address? depositContract = null)
    {
        var key = (rules, chainId, depositContract);
        if (!_executors.TryGetValue(key, out var executor))
            _executors.Add(key, executor = Create(Strategy, rules, chainId, _codes, _driver, depositContract));
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
