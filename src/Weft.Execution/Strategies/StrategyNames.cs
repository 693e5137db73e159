namespace Weft.Execution.Strategies;

/// <summary>Strategies as people and requests name them.</summary>
public static class StrategyNames
{
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<Strategy>().Select(Of)];

    public static string Of(Strategy strategy) => strategy.ToString().ToLowerInvariant();

    /// <summary>Null for a name that is not among <see cref="All"/>; Enum.TryParse would take numbers, too.</summary>
    public static Strategy? Find(string name)
    {
        foreach (var strategy in Enum.GetValues<Strategy>())
            if (Of(strategy) == name) return strategy;
        return null;
    }
}
