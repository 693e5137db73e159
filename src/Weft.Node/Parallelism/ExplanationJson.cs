using Weft.Evm.Tracing;
using Weft.Execution.Access;
using Weft.Execution.Explanations;
using Weft.Execution.Parallel;
using Weft.Execution.Records;
using Weft.State.MultiVersion;

namespace Weft.Node.Parallelism;

/// <summary>How a block was executed, and why not faster, as JSON: what weft explain and the weft_ methods write. Parts
/// of a block are named by their block access index (EIP-7928): transactions from 1 on.</summary>
public static class ExplanationJson
{
    /// <summary>All there is to say. <paramref name="set"/> and <paramref name="name"/> tell files apart.</summary>
    public static object Of(Explained block, string? set = null, string? name = null) => new
    {
        Set = set, Name = name, Fork = block.Block.Rules.Fork.ToString(), block.Transactions,
        SerialMicroseconds = Micro(block.Why.Work), Microseconds = Micro(block.Ticks), block.Speedup,
        Execution = SummaryText.ToJson(block.Summary), block.IsVirtual,
        Limit = block.Why.LimitOn(block.Summary.Workers), block.Why.Parallelism, block.Difference,
        Chain = ChainOf(block), HotSpots = block.Why.HotSpots.Select(spot => HotSpot(spot, block.PlaceOf(spot))),
        Aborts = block.GroupAborts().Select(AbortGroup),
        WorkerTime = block.Events.Count > 0 ? new WorkerTimes(block) : null,
        CostsMicroseconds = block.Costs.Select(Micro), Events = EventsOf(block),
    };

    /// <summary>What the workers did, by their beginning: every attempt at a transaction, what it waited for, and why
    /// it did not hold.</summary>
    public static IEnumerable<object> EventsOf(Explained block) => block.Events.Select(done => new
    {
        done.Worker, Kind = done.Kind.ToString(), done.Transaction, done.Incarnation,
        StartMicroseconds = Micro(done.Start), EndMicroseconds = Micro(done.End),
        Outcome = done.Outcome.ToString(), Blocker = done.Blocker < 0 ? (int?)null : done.Blocker,
        Cause = done.Outcome == Outcome.Again ? CauseOf(block, done) : null,
    });

    /// <summary>A field of an account, or all its storage, and what it costs that transactions wait for it.</summary>
    public static object HotSpot(HotSpot spot, ReadPlace? place) => new
    {
        Address = spot.Address.ToString(), Field = spot.Field.ToString(), spot.Dependents,
        Microseconds = Micro(spot.Ticks), ChainMicroseconds = Micro(spot.ChainTicks), spot.ParallelismWithout,
        Locations = spot.Locations.Select(hot => new
        {
            Location = Location(hot.Location), Dependents = hot.Dependencies,
        }),
        Read = Place(place),
    };

    public static object Location(AccessLocation location) => new
    {
        Address = location.Address.ToString(), Field = NameOf(location.Field),
        Slot = location.Field == Observed.Storage ? location.Slot.ToHex() : null,
    };

    public static double Micro(long ticks) => Math.Round(Explained.Microseconds(ticks), 3);

    private static object ChainOf(Explained block) => new
    {
        Microseconds = Micro((long)block.Why.Chain.Cost),
        Share = (double)block.Why.Chain.Cost / Math.Max(1, block.Why.Work),
        First = block.Why.Chain.Nodes.Length > 0 ? block.Why.Chain.Nodes[0] : (int?)null,
        Links = block.Why.Links.Select(link => new
        {
            link.From, link.To, Microseconds = Micro(link.Ticks),
            Locations = link.Locations.Select(location => new
            {
                Location = Location(location), Read = Place(block.Reads.PlaceOf(link.To, location)),
            }),
        }),
    };

    private static object AbortGroup(AbortGroup group) => new
    {
        Reason = group.Reason.ToString(), Location = group.Location is { } location ? Location(location) : null,
        group.Count, Microseconds = Micro(group.Ticks), Read = Place(group.Read), group.Transactions,
    };

    private static object CauseOf(Explained block, in WorkEvent done) => new
    {
        Reason = done.Cause.Reason.ToString(),
        Location = done.Cause.Location is { } changed ? Location(changed) : null,
        Read = done.Cause.Location is { } location ? Place(block.Reads.PlaceOf(done.Transaction, location)) : null,
    };

    /// <summary>Null where it is not known.</summary>
    private static object? Place(ReadPlace? place) => place is { } known
        ? new { Code = known.Code.ToString(), known.Pc, Opcode = OpcodeNames.Of(known.Opcode) }
        : null;

    public static string NameOf(Observed field) => field == Observed.Storage ? "slot" : $"{field}".ToLowerInvariant();
}
