using System.Globalization;
using Spectre.Console;
using Weft.Cli.Commands;
using Weft.Cli.Replay;
using Weft.Execution.Explanations;
using Weft.Execution.Parallel;
using Weft.State.MultiVersion;

namespace Weft.Cli.Explanations;

/// <summary>Writes what keeps a block from being faster: first what matters most.</summary>
internal sealed class ExplanationReport(Explained block)
{
    private const int LinksShown = 12, AbortsShown = 8, NamesShown = 6;

    private readonly BlockExplanation _why = block.Why;

    private int Workers => block.Summary.Workers;

    public void Write(CommandContext context)
    {
        WriteResult(context.Output);
        WriteChain(context.Output);
        WriteHotSpots(context);
        WriteAborts(context);
        WriteWorkers(context.Output);
        if (block.Difference is not null)
            context.Output.WriteLine($"DIFFERS from serial execution: {block.Difference}");
    }

    // ---- How fast, and how fast it could be ----

    private void WriteResult(TextWriter output)
    {
        output.WriteLine(
            $"block {block.Block.Name} ({block.Block.Rules.Fork}): {block.Transactions} transactions, "
            + $"{Time(_why.Work)} serially");
        string virtually = block.IsVirtual ? $"{Workers} virtual cores" : Threads(Workers);
        output.WriteLine(
            $"{StrategyOptions.NameOf(block.Summary.Strategy)} on {virtually}: {Time(block.Ticks)}, "
            + $"{Number(block.Speedup)} times as fast");
        bool isChain = _why.Parallelism < Workers;
        string reason = isChain ? "the longest chain of transactions that need each other" : "the number of cores";
        output.WriteLine(
            $"the limit here is {Number(_why.LimitOn(Workers))}, by {reason}; with any number of cores "
            + $"{Number(_why.Parallelism)}");
    }

    // ---- The chain ----

    private void WriteChain(TextWriter output)
    {
        var nodes = _why.Chain.Nodes;
        output.WriteLine();
        string share = $"{Time((long)_why.Chain.Cost)}, {Percent((double)_why.Chain.Cost / _why.Work)} of the work";
        if (nodes.Length < 2)
        {
            // Also with dependencies: none of the chains takes longer.
            if (nodes.Length == 1) output.WriteLine($"no chain takes longer than {Name(nodes[0])} alone: {share}");
            return;
        }
        output.WriteLine($"the longest chain of transactions, each of which reads what one before wrote: {share}");
        output.WriteLine($"  {Name(nodes[0])}, {Time(block.Costs[nodes[0]])}");
        foreach (var link in _why.Links.Take(LinksShown)) output.WriteLine("  " + Describe(link));
        if (_why.Links.Count > LinksShown)
            output.WriteLine($"  and {_why.Links.Count - LinksShown} more: --json has them all");
    }

    private string Describe(ChainLink link)
    {
        var location = link.Locations.FirstOrDefault(
            location => block.Reads.PlaceOf(link.To, location) is not null, link.Locations[0]);
        string more = link.Locations.Count > 1 ? $" and {link.Locations.Count - 1} more" : "";
        string place = LocationText.Of(block.Reads.PlaceOf(link.To, location), location.Address);
        if (place.Length > 0) place = $", {place}";
        return $"{Name(link.To)}, {Time(link.Ticks)}: reads {LocationText.Short(location)}{place}{more}";
    }

    // ---- Locations ----

    private void WriteHotSpots(CommandContext context)
    {
        if (_why.HotSpots.Count == 0) return;
        context.Output.WriteLine();
        context.Output.WriteLine("what they wait for, and the limit if they had not to");
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("what").NoWrap());
        foreach (string column in new[] { "waiting", "work", "chain", "limit without" })
            table.AddColumn(new TableColumn(column).RightAligned());
        table.AddColumn("most wait for").AddColumn("which is read by");
        foreach (var spot in _why.HotSpots)
            table.AddRow(
                LocationText.Of(spot.Address, spot.Field), $"{spot.Dependents}",
                Percent((double)spot.Ticks / _why.Work), Percent((double)spot.ChainTicks / _why.Chain.Cost),
                Number(spot.ParallelismWithout),
                spot.Field == Observed.Storage ? SlotOf(spot) : "", LocationText.Of(PlaceOf(spot), spot.Address));
        context.Console.Write(table);
    }

    private static string SlotOf(HotSpot spot)
    {
        var (location, dependents) = spot.Locations[0];
        string slot = LocationText.Short(location.Slot);
        return spot.Locations.Count == 1 ? $"slot {slot}" : $"slot {slot} ({dependents}), of {spot.Locations.Count}";
    }

    private ReadPlace? PlaceOf(HotSpot spot) => block.Reads.PlaceOf(
        BlockExplainer.FirstDependent(_why.Graph, spot.Locations[0].Location), spot.Locations[0].Location);

    // ---- What happened ----

    private void WriteAborts(CommandContext context)
    {
        if (block.Events.Count == 0) return;
        var groups = block.GroupAborts().ToArray();
        int aborts = groups.Sum(group => group.Count);
        int left = block.Events.Count(done => done.Outcome == Outcome.Blocked);
        context.Output.WriteLine();
        context.Output.WriteLine(
            $"{block.Executions} executions of {block.Transactions} transactions, "
            + $"{Number((double)block.Executions / Math.Max(1, block.Transactions))} each; {aborts} aborted, {left} "
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
        if (block.Events.Count == 0) return;
        var times = new WorkerTimes(block);
        output.WriteLine();
        output.WriteLine(
            $"of the workers' time {Percent(times.Useful)} went into transactions, {Percent(times.InVain)} into "
            + $"executions in vain, {Percent(times.Commits)} into validation and commits, {Percent(times.Waiting)} "
            + $"into waiting for another transaction; {Percent(times.Idle)} they had nothing to do");
    }

    // ---- JSON ----

    public object ToJson() => new
    {
        block.Block.Set, block.Block.Name, Fork = block.Block.Rules.Fork.ToString(), block.Transactions,
        SerialMicroseconds = Micro(_why.Work), Microseconds = Micro(block.Ticks), block.Speedup,
        Execution = SummaryText.ToJson(block.Summary), block.IsVirtual, Limit = _why.LimitOn(Workers),
        _why.Parallelism, block.Difference,
        Chain = new
        {
            Microseconds = Micro((long)_why.Chain.Cost), Share = (double)_why.Chain.Cost / Math.Max(1, _why.Work),
            First = _why.Chain.Nodes.Length > 0 ? _why.Chain.Nodes[0] : (int?)null,
            Links = _why.Links.Select(link => new
            {
                link.From, link.To, Microseconds = Micro(link.Ticks),
                Locations = link.Locations.Select(location => new
                {
                    Location = LocationText.ToJson(location),
                    Read = LocationText.ToJson(block.Reads.PlaceOf(link.To, location)),
                }),
            }),
        },
        HotSpots = _why.HotSpots.Select(spot => new
        {
            Address = spot.Address.ToString(), Field = spot.Field.ToString(), spot.Dependents,
            Microseconds = Micro(spot.Ticks),
            ChainMicroseconds = Micro(spot.ChainTicks), spot.ParallelismWithout,
            Locations = spot.Locations.Select(hot => new
            {
                Location = LocationText.ToJson(hot.Location), Dependents = hot.Dependencies,
            }),
            Read = LocationText.ToJson(PlaceOf(spot)),
        }),
        Aborts = block.GroupAborts().Select(group => new
        {
            Reason = group.Reason.ToString(),
            Location = group.Location is { } location ? LocationText.ToJson(location) : null, group.Count,
            Microseconds = Micro(group.Ticks), Read = LocationText.ToJson(group.Read), group.Transactions,
        }),
        WorkerTime = block.Events.Count > 0 ? new WorkerTimes(block) : null,
        CostsMicroseconds = block.Costs.Select(Micro),
        Events = block.Events.Select(done => new
        {
            done.Worker, Kind = done.Kind.ToString(), done.Transaction, done.Incarnation,
            StartMicroseconds = Micro(done.Start), EndMicroseconds = Micro(done.End),
            Outcome = done.Outcome.ToString(), Blocker = done.Blocker < 0 ? (int?)null : done.Blocker,
        }),
    };

    // ---- Text ----

    private string Name(int part) => LocationText.OfPart(part, block.Transactions);

    private static string Threads(int count) => count == 1 ? "1 thread" : $"{count} threads";

    private static double Micro(long ticks) => Math.Round(Explained.Microseconds(ticks), 3);

    private static string Time(long ticks) => Explained.Microseconds(ticks) switch
    {
        < 1000 and var time => time.ToString("F1", CultureInfo.InvariantCulture) + " us",
        var time => (time / 1000).ToString("F2", CultureInfo.InvariantCulture) + " ms",
    };

    private static string Number(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (share * 100).ToString("F1", CultureInfo.InvariantCulture) + " %";
}
