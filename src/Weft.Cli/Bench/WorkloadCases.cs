using Weft.Cli.Input;
using Weft.Cli.Programs;
using Weft.Cli.Workloads;

namespace Weft.Cli.Bench;

/// <summary>Made-up blocks to measure, made one at a time.</summary>
internal sealed class WorkloadCases
{
    public const string All = "all", None = "none";

    private const string Set = "workloads";

    private readonly WorkloadOptions _options;

    /// <summary><paramref name="names"/>: of workloads, or all or none.</summary>
    public WorkloadCases(IReadOnlyList<string> names, WorkloadOptions options)
    {
        _options = options;
        Workloads = names switch
        {
            [All] => Workload.All,
            [None] => [],
            _ => [.. names.Select(name => Workload.Find(name) ?? throw new InputException(
                "--workload", "", $"there is no workload \"{name}\"", "`weft workload` lists them"))],
        };
    }

    public IReadOnlyList<Workload> Workloads { get; }

    public BlockCase Make(Workload workload, CancellationToken cancellation)
    {
        var made = workload.Create(_options, cancellation: cancellation);
        bool isPublished = PublishedFigures.Workloads.TryGetValue(workload.Name, out var published)
            && published.Transactions == made.Block.Transactions.Count && _options.Contention is null;
        return new(
            Set, workload.Name, made.Rules, made.ChainId, new(made.Block, made.State, NoBlockHashes.Instance),
            isPublished ? published.Block : null);
    }
}
