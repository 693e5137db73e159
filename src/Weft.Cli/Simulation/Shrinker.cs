using Weft.Execution.Parallel;

namespace Weft.Cli.Simulation;

/// <summary>
/// Makes a failing simulation smaller, as long as it fails in whatever way: fewer transactions, fewer workers, fewer
/// switches between them. Deterministic: the same failure, the same result. (Delta debugging, Zeller and Hildebrandt.)
/// </summary>
internal sealed class Shrinker(Simulator simulator, CancellationToken cancellation = default)
{
    /// <summary>Schedules that a smaller block gets to fail under: it hardly ever does under the one of the larger.
    /// </summary>
    private const int SchedulesTried = 64;

    /// <summary>Simulations so far.</summary>
    public int Runs { get; private set; }

    /// <summary>The block must fail. Its schedule becomes a list.</summary>
    public SimulatedBlock Shrink(SimulatedBlock failing)
    {
        var block = FewerTransactions(failing);
        block = FewerWorkers(block);
        return FewerSwitches(block with { Schedule = RunOnce(block).Switches });
    }

    private SimulatedBlock FewerTransactions(SimulatedBlock block)
    {
        for (int size = Math.Max(1, block.Transactions.Count / 2); size >= 1; size /= 2)
            for (int first = block.Transactions.Count - size; first >= 0;)
            {
                if (block.Transactions.Count > size && FindFailing(block.Without(first, size)) is { } smaller)
                    (block, first) = (smaller, Math.Min(first, smaller.Transactions.Count - size));
                else
                    first -= size;
            }
        return block;
    }

    private SimulatedBlock FewerWorkers(SimulatedBlock block)
    {
        for (int workers = SimulatedBlock.WorkersMin; workers < block.Workers; workers++)
            if (FindFailing(block with { Workers = workers, Schedule = null }) is { } smaller) return smaller;
        return block;
    }

    private SimulatedBlock FewerSwitches(SimulatedBlock block)
    {
        for (int size = Math.Max(1, block.Schedule!.Count / 2); size >= 1; size /= 2)
            for (int first = block.Schedule!.Count - size; first >= 0; first -= size)
            {
                Switch[] rest = [.. block.Schedule.Take(first), .. block.Schedule.Skip(first + size)];
                if (Fails(block with { Schedule = rest })) block = block with { Schedule = rest };
            }
        return block;
    }

    /// <summary>The block with a schedule of a seed under which it fails, or null.</summary>
    private SimulatedBlock? FindFailing(SimulatedBlock block)
    {
        for (int i = 0; i < SchedulesTried; i++)
        {
            var tried = block with { ScheduleSeed = unchecked(block.ScheduleSeed + i) };
            if (Fails(tried)) return tried;
        }
        return null;
    }

    private bool Fails(SimulatedBlock block) => RunOnce(block).Difference is not null;

    private SimulationResult RunOnce(SimulatedBlock block)
    {
        cancellation.ThrowIfCancellationRequested();
        Runs++;
        return simulator.Run(block);
    }
}
