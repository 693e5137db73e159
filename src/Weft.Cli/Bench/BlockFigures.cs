using Weft.Execution.Strategies;
using Weft.Primitives;

namespace Weft.Cli.Bench;

/// <summary>What a block came to under all configurations; the first of them is serial.</summary>
/// <param name="Hash">Of the result, under which all agree unless there is a <paramref name="Difference"/>.</param>
/// <param name="Difference">The first that was found, with the configuration that had it.</param>
internal sealed record BlockFigures(
    BlockCase Block, ulong Gas, Hash256 Hash, string? Difference, IReadOnlyList<ConfigurationFigures> Configurations)
{
    public int Transactions => Block.Input.Block.Transactions.Count;

    public ConfigurationFigures Serial => Configurations[0];

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

    /// <summary>Of all threads of the process, on average.</summary>
    public double CpuMilliseconds => _cpuMilliseconds / Runs;

    public double AllocatedPerTransaction => PerTransaction(_allocated);

    public double ExecutionsPerTransaction => PerTransaction(_executions);

    /// <summary>A run, on average.</summary>
    public double Aborts => (double)_aborts / Runs;

    /// <summary>What auto took most often.</summary>
    public Strategy Chosen => _chosen.MaxBy(pair => pair.Value).Key;

    /// <summary>How the last run was executed.</summary>
    public ExecutionSummary Last { get; private set; }

    public void Add(double milliseconds, double cpuMilliseconds, long allocated, in ExecutionSummary summary)
    {
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
