using Weft.Cli.Tracing;
using Weft.Execution.Access;
using Weft.Execution.Explanations;
using Weft.State.MultiVersion;

namespace Weft.Cli.Explanations;

/// <summary>Locations, places in programs and parts of blocks, as people read them.</summary>
internal static class LocationText
{
    public static string Of(in AccessLocation location) => location.Field == Observed.Storage
        ? $"slot {location.Slot.ToHex()} of {location.Address}"
        : $"{NameOf(location.Field)} of {location.Address}";

    public static object ToJson(AccessLocation location) => new
    {
        Address = location.Address.ToString(), Field = NameOf(location.Field),
        Slot = location.Field == Observed.Storage ? location.Slot.ToHex() : null,
    };

    /// <summary>Empty where it is not known.</summary>
    public static string Of(ReadPlace? place) =>
        place is { } known ? $"{OpcodeNames.Of(known.Opcode)} at pc {known.Pc} of {known.Code}" : "";

    public static object? ToJson(ReadPlace? place) => place is { } known
        ? new { Code = known.Code.ToString(), known.Pc, Opcode = OpcodeNames.Of(known.Opcode) }
        : null;

    /// <summary>A part of a block with so many transactions, by its block access index.</summary>
    public static string OfPart(int index, int transactions) =>
        index == 0 ? "before the transactions"
        : index > transactions ? "after the transactions"
        : $"transaction {index - 1}";

    private static string NameOf(Observed field) => field == Observed.Storage ? "slot" : $"{field}".ToLowerInvariant();
}
