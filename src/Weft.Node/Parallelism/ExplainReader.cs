using System.Text.Json;
using Weft.Execution.Explanations;
using Weft.Execution.Strategies;
using Weft.Node.Rpc;

namespace Weft.Node.Parallelism;

/// <summary>Reads how a block is to be executed to be explained: {strategy, threads, cores, repeat, top}.</summary>
internal static class ExplainReader
{
    public const int CoresMax = 256;

    private const int RepeatMax = 25, SpotsMax = 1000, UsualRepeat = 3, UsualSpots = 8;

    /// <summary>As the node has threads for a block.</summary>
    public static ExplainOptions Usual(int threads) => new(Strategy.Optimistic, threads, 0, UsualRepeat, UsualSpots);

    /// <exception cref="FormatException">A member is of the wrong kind, or out of range.</exception>
    public static ExplainOptions Read(JsonElement json, int threads)
    {
        ExplainOptions usual = Usual(threads);
        var options = usual with
        {
            Strategy = ValueReader.Optional(json, "strategy", ReadStrategy) ?? usual.Strategy,
            // More threads than the node has for its blocks would take them from it.
            Threads = Count("threads", 1, threads) ?? usual.Threads,
            Cores = Count("cores", 0, CoresMax) ?? usual.Cores,
            Repeat = Count("repeat", 1, RepeatMax) ?? usual.Repeat,
            Spots = Count("top", 1, SpotsMax) ?? usual.Spots,
        };
        return options is { Cores: > 0, Strategy: Strategy.Serial or Strategy.Auto }
            ? throw new FormatException("cores: goes with strategy optimistic, dag, segments or declared")
            : options;

        int? Count(string name, int least, int most) =>
            ValueReader.Optional(json, name, value => ReadCount(value, least, most));
    }

    public static int ReadCount(JsonElement json, int least, int most)
    {
        ulong count = ValueReader.LenientQuantity64(json);
        return count >= (ulong)least && count <= (ulong)most
            ? (int)count
            : throw new FormatException($"takes {least} to {most}, not {count}");
    }

    private static Strategy ReadStrategy(JsonElement json)
    {
        string name = ValueReader.Text(json);
        return StrategyNames.Find(name)
            ?? throw new FormatException($"no such strategy; there are {string.Join(", ", StrategyNames.All)}");
    }
}
