using Weft.Evm.Tracing;
using Weft.Execution.Access;
using Weft.Execution.Explanations;
using Weft.Primitives;
using Weft.State.MultiVersion;

namespace Weft.Cli.Explanations;

/// <summary>Locations, places in programs and parts of blocks, as people read them.</summary>
internal static class LocationText
{
    /// <summary>With the middle of long numbers left out.</summary>
    public static string Short(in AccessLocation location) => location.Field == Observed.Storage
        ? $"slot {Short(location.Slot)} of {Short(location.Address)}"
        : $"{NameOf(location.Field)} of {Short(location.Address)}";

    public static string Short(in UInt256 slot) => Short(slot.ToHex());

    public static string Short(in Address address) => Short(address.ToString());

    /// <summary>A field, or all slots.</summary>
    public static string Of(in Address address, Observed field) =>
        $"{(field == Observed.Storage ? "storage" : NameOf(field))} of {address}";

    /// <summary>Empty where it is not known. The code is named unless it is that of <paramref name="account"/>.
    /// </summary>
    public static string Of(ReadPlace? place, in Address account) =>
        place is not { } known ? ""
        : known.Code == account ? $"{OpcodeNames.Of(known.Opcode)} at pc {known.Pc}"
        : $"{OpcodeNames.Of(known.Opcode)} at pc {known.Pc} of {Short(known.Code)}";

    /// <summary>A part of a block with so many transactions, by its block access index.</summary>
    public static string OfPart(int index, int transactions) =>
        index == 0 ? "before the transactions"
        : index > transactions ? "after the transactions"
        : $"transaction {index - 1}";

    private static string Short(string hex) => hex.Length <= 18 ? hex : $"{hex[..10]}…{hex[^4..]}";

    private static string NameOf(Observed field) => field == Observed.Storage ? "slot" : $"{field}".ToLowerInvariant();
}
