using Weft.Cli.Commands;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Cli.Simulation;

/// <summary>Writes what a seed, or what it was shrunk to, came to.</summary>
internal sealed class SeedReport(int seed, Strategy strategy)
{
    public int Seed => seed;

    public void Write(CommandContext context, string title, SimulatedBlock block, SimulationResult result)
    {
        string came = result.Difference ?? (result.IsValid ? "as serial execution" : "invalid, as in serial execution");
        context.Output.WriteLine(
            $"{title}: {block.Rules.Fork}, {Count(block.Transactions.Count, "transaction")}, "
            + $"{Count(block.Workers, "worker")}, {Count(result.Switches.Count, "switch", "es")}, "
            + $"{StrategyOptions.NameOf(strategy)}: {came}");
    }

    /// <summary>The transactions, and step by step what the workers did with them.</summary>
    public static void WriteSchedule(CommandContext context, SimulatedBlock block, IEnumerable<string> lines)
    {
        for (int i = 0; i < block.Transactions.Count; i++)
            context.Output.WriteLine($"  transaction {i}: {Describe(block.Transactions[i])}");
        context.Output.WriteLine(" point");
        foreach (string line in lines) context.Output.WriteLine(line);
    }

    public object ToJson(SimulatedBlock block, SimulationResult result, IEnumerable<string>? lines) => new
    {
        Seed = seed, Strategy = StrategyOptions.NameOf(strategy), Fork = block.Rules.Fork.ToString(), block.Workers,
        result.IsValid, result.Difference, Transactions = block.Transactions.Select(Describe),
        Switches = result.Switches, Steps = lines,
    };

    private static string Describe(Transaction transaction) =>
        $"{transaction.Type} from {transaction.Sender} nonce {transaction.Nonce} to "
        + $"{transaction.To?.ToString() ?? "new"}, {transaction.GasLimit} gas, {transaction.Value} wei"
        + (transaction.Data.IsEmpty ? "" : $", data {Hex.Encode(transaction.Data.Span)}");

    private static string Count(int count, string name, string plural = "s") =>
        $"{count} {name}{(count == 1 ? "" : plural)}";
}
