using System.Globalization;

namespace Weft.Cli.Workloads;

/// <summary>What a workload's block is made of.</summary>
/// <param name="Transactions">1 to <see cref="Workload.TransactionsMax"/>; the workload's own number unless given.
/// </param>
/// <param name="Seed">The same options, the same block.</param>
/// <param name="Contention">0 to 1 of <see cref="Workload.ContentionMeans"/>; the workload's own unless given.</param>
/// <param name="Sign">With real signatures, which take 50 us each; otherwise the senders are just given.</param>
public sealed record WorkloadOptions(
    int? Transactions = null, int Seed = 1, double? Contention = null, bool Sign = false);

/// <summary>Makes up blocks of one kind, by our own contracts. All transactions succeed.</summary>
public sealed class Workload
{
    public const int TransactionsMax = 100_000;

    private readonly Recipe _recipe;

    internal Workload(
        string name, string description, int transactions, double contention, string contentionMeans, Recipe recipe)
    {
        (Name, Description, ContentionMeans, _recipe) = (name, description, contentionMeans, recipe);
        (DefaultTransactions, DefaultContention) = (transactions, contention);
    }

    /// <summary>Returns who sends the next transaction, and what.</summary>
    internal delegate Func<(int Sender, Call Call)> Recipe(
        WorkloadBuilder builder, double contention, int transactions);

    /// <summary>In the order in which they are listed.</summary>
    public static IReadOnlyList<Workload> All => Recipes.All;

    public string Name { get; }

    public string Description { get; }

    public int DefaultTransactions { get; }

    public double DefaultContention { get; }

    /// <summary>What the dial turns: from 0, as disjoint as the name allows, to 1, all on the hottest object.</summary>
    public string ContentionMeans { get; }

    /// <summary>Null for an unknown name. Beside <see cref="All"/> there are swaps over any number of pools:
    /// "swaps-500".</summary>
    public static Workload? Find(string name)
    {
        if (All.FirstOrDefault(workload => workload.Name == name) is { } listed) return listed;
        const string prefix = "swaps-";
        return name.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int pools)
            && pools is >= 1 and <= TransactionsMax && name == $"{prefix}{pools}"
            ? Recipes.SwapsOver(pools)
            : null;
    }

    /// <summary>The block of a workload that exists.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static WorkloadBlock Create(
        string name, int? transactions = null, int seed = 1, double? contention = null) =>
        (Find(name) ?? throw new ArgumentException($"there is no workload {name}", nameof(name)))
        .Create(new(transactions, seed, contention));

    /// <summary>Makes the block and executes it serially. <paramref name="added"/> is called after each transaction.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public WorkloadBlock Create(
        WorkloadOptions options, Action? added = null, CancellationToken cancellation = default)
    {
        int count = options.Transactions ?? DefaultTransactions;
        double contention = options.Contention ?? DefaultContention;
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, TransactionsMax, nameof(options));
        if (contention is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(options), contention, null);
        var builder = new WorkloadBuilder(count, options.Seed, options.Sign);
        var next = _recipe(builder, contention, count);
        for (int i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (sender, call) = next();
            builder.Add(sender, call);
            added?.Invoke();
        }
        return WorkloadBlock.Seal(Name, builder.State, builder.Finish(cancellation), options.Sign);
    }
}
