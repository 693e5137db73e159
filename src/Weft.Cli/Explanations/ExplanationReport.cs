using System.Globalization;
using Spectre.Console;
using Weft.Cli.Commands;
using Weft.Cli.Bench;
using Weft.Execution.Explanations;
using Weft.Execution.Parallel;
using Weft.Node.Parallelism;
using Weft.State.MultiVersion;

namespace Weft.Cli.Explanations;

/// <summary>What was found out about a block that has a name.</summary>
internal sealed record ExplainedCase(BlockCase Case, Explained What);

/// <summary>Writes what keeps a block from being faster: first what matters most.</summary>
internal sealed class ExplanationReport(ExplainedCase explained)
{
    private const int LinksShown = 12, AbortsShown = 8, NamesShown = 6;

    private readonly Explained _block = explained.What;

    private BlockExplanation Why => _block.Why;

    private int Workers => _block.Summary.Workers;

    public void Write(CommandContext context)
    {
        WriteResult(context.Output);
        WriteChain(context.Output);
        WriteHotSpots(context);
        WriteAborts(context);
        WriteWorkers(context.Output);
        if (_block.Difference is not null)
            context.Output.WriteLine($"DIFFERS from serial execution: {_block.Difference}");
    }

    // ---- How fast, and how fast it could be ----

    private void WriteResult(TextWriter output)
    {
        output.WriteLine(
            $"block {explained.Case.Name} ({_block.Block.Rules.Fork}): {_block.Transactions} transactions, "
            + $"{Time(Why.Work)} serially");
        string virtually = _block.IsVirtual ? $"{Workers} virtual cores" : Threads(Workers);
        output.WriteLine(
            $"{StrategyOptions.NameOf(_block.Summary.Strategy)} on {virtually}: {Time(_block.Ticks)}, "
            + $"{Number(_block.Speedup)} times as fast");
        bool isChain = Why.Parallelism < Workers;
        string reason = isChain ? "the longest chain of transactions that need each other" : "the number of cores";
        output.WriteLine(
            $"the limit here is {Number(Why.LimitOn(Workers))}, by {reason}; with any number of cores "
            + $"{Number(Why.Parallelism)}");
    }

    // ---- The chain ----

    private void WriteChain(TextWriter output)
    {
        var nodes = Why.Chain.Nodes;
        output.WriteLine();
        string share = $"{Time((long)Why.Chain.Cost)}, {Percent((double)Why.Chain.Cost / Why.Work)} of the work";
        if (nodes.Length < 2)
        {
            // Also with dependencies: none of the chains takes longer.
            if (nodes.Length == 1) output.WriteLine($"no chain takes longer than {Name(nodes[0])} alone: {share}");
            return;
        }
        output.WriteLine($"the longest chain of transactions, each of which reads what one before wrote: {share}");
        output.WriteLine($"  {Name(nodes[0])}, {Time(_block.Costs[nodes[0]])}");
        foreach (var link in Why.Links.Take(LinksShown)) output.WriteLine("  " + Describe(link));
        if (Why.Links.Count > LinksShown)
            output.WriteLine($"  and {Why.Links.Count - LinksShown} more: --json has them all");
    }

    private string Describe(ChainLink link)
    {
        var location = link.Locations.FirstOrDefault(
            location => _block.Reads.PlaceOf(link.To, location) is not null, link.Locations[0]);
        string more = link.Locations.Count > 1 ? $" and {link.Locations.Count - 1} more" : "";
        string place = LocationText.Of(_block.Reads.PlaceOf(link.To, location), location.Address);
        if (place.Length > 0) place = $", {place}";
        return $"{Name(link.To)}, {Time(link.Ticks)}: reads {LocationText.Short(location)}{place}{more}";
    }

    // ---- Locations ----

    private void WriteHotSpots(CommandContext context)
    {
        if (Why.HotSpots.Count == 0) return;
        context.Output.WriteLine();
        context.Output.WriteLine("what they wait for, and the limit if they had not to");
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("what").NoWrap());
        foreach (string column in new[] { "waiting", "work", "chain", "limit without" })
            table.AddColumn(new TableColumn(column).RightAligned());
        table.AddColumn("most wait for").AddColumn("which is read by");
        foreach (var spot in Why.HotSpots)
            table.AddRow(
                LocationText.Of(spot.Address, spot.Field), $"{spot.Dependents}",
                Percent((double)spot.Ticks / Why.Work), Percent((double)spot.ChainTicks / Why.Chain.Cost),
                Number(spot.ParallelismWithout),
                spot.Field == Observed.Storage ? SlotOf(spot) : "",
                LocationText.Of(_block.PlaceOf(spot), spot.Address));
        context.Console.Write(table);
    }

    private static string SlotOf(HotSpot spot)
    {
        var (location, dependents) = spot.Locations[0];
        string slot = LocationText.Short(location.Slot);
        return spot.Locations.Count == 1 ? $"slot {slot}" : $"slot {slot} ({dependents}), of {spot.Locations.Count}";
    }

    // ---- What happened ----

    private void WriteAborts(CommandContext context)
    {
        if (_block.Events.Count == 0) return;
        var groups = _block.GroupAborts().ToArray();
        int aborts = groups.Sum(group => group.Count);
        int left = _block.Events.Count(done => done.Outcome == Outcome.Blocked);
        context.Output.WriteLine();
        context.Output.WriteLine(
            $"{_block.Executions} executions of {_block.Transactions} transactions, "
            + $"{Number((double)_block.Executions / Math.Max(1, _block.Transactions))} each; {aborts} aborted, {left} "
            + "left to wait for an earlier one");
        foreach (var group in groups.Take(AbortsShown)) context.Output.WriteLine("  " + Describe(group));
        if (groups.Length > AbortsShown)
            context.Output.WriteLine($"  and {groups.Length - AbortsShown} more: --json has them all");
    }

    private string Describe(AbortGroup group)
    {
        string names = string.Join(", ", group.Transactions.Take(NamesShown).Select(index => $"{index - 1}"));
        string more = group.Transactions.Count > NamesShown ? ", …" : "";
        string what = group.Location is { } changed
            ? $"{LocationText.Short(changed)} had changed"
            : ReasonOf(group.Reason);
        string place = group.Location is { } location ? LocationText.Of(group.Read, location.Address) : "";
        if (place.Length > 0) place = $", read by {place}";
        string times = group.Count == 1 ? "once" : $"{group.Count} times";
        return $"{times}, {Time(group.Ticks)}: {what}{place} (transactions {names}{more})";
    }

    private static string ReasonOf(AbortReason reason) => reason switch
    {
        AbortReason.DeletesFeeRecipient => "it deletes the fee recipient",
        AbortReason.StaleRead => "what was read had changed",
        _ => "it seemed invalid, or what it had read has come back",
    };

    private void WriteWorkers(TextWriter output)
    {
        if (_block.Events.Count == 0) return;
        var times = new WorkerTimes(_block);
        output.WriteLine();
        output.WriteLine(
            $"of the workers' time {Percent(times.Useful)} went into transactions, {Percent(times.InVain)} into "
            + $"executions in vain, {Percent(times.Commits)} into validation and commits, {Percent(times.Waiting)} "
            + $"into waiting for another transaction; {Percent(times.Idle)} they had nothing to do");
    }

    // ---- JSON ----

    public object ToJson() => ExplanationJson.Of(_block, explained.Case.Set, explained.Case.Name);

    // ---- Text ----

    private string Name(int part) => LocationText.OfPart(part, _block.Transactions);

    private static string Threads(int count) => count == 1 ? "1 thread" : $"{count} threads";

    private static string Time(long ticks) => Explained.Microseconds(ticks) switch
    {
        < 1000 and var time => time.ToString("F1", CultureInfo.InvariantCulture) + " us",
        var time => (time / 1000).ToString("F2", CultureInfo.InvariantCulture) + " ms",
    };

    private static string Number(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (share * 100).ToString("F1", CultureInfo.InvariantCulture) + " %";
}
