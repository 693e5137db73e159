using Weft.Execution.Strategies;
using Weft.Primitives;

namespace Weft.Cli.Bench;

/// <summary>What a block came to under all configurations; the first of them is serial.</summary>
/// <param name="Parallelism">All gas over that of the longest chain of transactions of which each reads what one
/// before wrote: no number of threads is that many times faster, as far as gas tells time.</param>
/// <param name="Hash">Of the result, under which all agree unless there is a <paramref name="Difference"/>.</param>
/// <param name="Difference">The first that was found, with the configuration that had it.</param>
internal sealed record BlockFigures(
    BlockCase Block, ulong Gas, double Parallelism, Hash256 Hash, string? Difference,
    IReadOnlyList<ConfigurationFigures> Configurations)
{
    public int Transactions => Block.Input.Block.Transactions.Count;

    public ConfigurationFigures Serial => Configurations[0];

    /// <summary>The speedup that no schedule on these threads exceeds.</summary>
    public double Limit(ConfigurationFigures figures) => Math.Min(figures.Configuration.Threads, Parallelism);

    /// <summary>Milliseconds that so many serial executions of the block take at once, each on a thread of its own.
    /// </summary>
    public required IReadOnlyDictionary<int, double> Apart { get; init; }

    /// <summary>How many times the work of one thread the machine gets done on these threads, as far as serial
    /// executions of this block tell that share nothing but the state before it.</summary>
    public double Machine(ConfigurationFigures figures) => figures.Configuration.Threads == 1
        ? 1
        : figures.Configuration.Threads * Serial.Milliseconds / Apart[figures.Configuration.Threads];

    /// <summary>How many times faster than serial execution in the same run.</summary>
    public double Speedup(ConfigurationFigures figures) => Serial.Milliseconds / figures.Milliseconds;
}

/// <summary>The runs of one block under one configuration, added up.</summary>
internal sealed class ConfigurationFigures(BlockConfiguration configuration, int transactions)
{
    private readonly List<double> _times = [];
    private readonly Dictionary<Strategy, int> _chosen = [];
    private double _cpuMilliseconds;
    private long _allocated, _executions, _aborts;

    public BlockConfiguration Configuration => configuration;

    public int Runs => _times.Count;

    /// <summary>The median.</summary>
    public double Milliseconds => _times.Order().ElementAt(_times.Count / 2);

    public double Minimum => _times.Min();

    /// <summary>Of all threads of the process, on average. Never zero, for it is divided by.</summary>
    public double CpuMilliseconds => Math.Max(_cpuMilliseconds / Runs, 1e-6);

    public double AllocatedPerTransaction => PerTransaction(_allocated);

    /// <summary>The longest that the collector stopped all threads around a run, what the run before left behind among
    /// it.</summary>
    public TimeSpan LongestPause { get; private set; }

    public double ExecutionsPerTransaction => PerTransaction(_executions);

    /// <summary>A run, on average.</summary>
    public double Aborts => (double)_aborts / Runs;

    /// <summary>What auto took most often.</summary>
    public Strategy Chosen => _chosen.MaxBy(pair => pair.Value).Key;

    /// <summary>How the last run was executed.</summary>
    public ExecutionSummary Last { get; private set; }

    public void Add(
        double milliseconds, double cpuMilliseconds, long allocated, TimeSpan paused, in ExecutionSummary summary)
    {
        if (paused > LongestPause) LongestPause = paused;
        _times.Add(milliseconds);
        _cpuMilliseconds += cpuMilliseconds;
        _allocated += allocated;
        _executions += summary.Executions;
        _aborts += summary.Aborts;
        _chosen[summary.Strategy] = _chosen.GetValueOrDefault(summary.Strategy) + 1;
        Last = summary;
    }

    private double PerTransaction(long sum) => transactions == 0 ? 0 : (double)sum / Runs / transactions;
}
