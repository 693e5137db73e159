using Weft.Primitives;
using Weft.State.MultiVersion;

namespace Weft.Execution.Access;

/// <summary>A field of an account, or with <see cref="Observed.Storage"/> one slot of it.</summary>
public readonly record struct AccessLocation(Address Address, Observed Field, UInt256 Slot)
{
    public static AccessLocation OfSlot(in Address address, in UInt256 slot) => new(address, Observed.Storage, slot);

    public static AccessLocation OfField(in Address address, Observed field) => new(address, field, UInt256.Zero);

    public override string ToString() =>
        Field == Observed.Storage ? $"{Address} slot {Slot.ToHex()}" : $"{Address} {Field}";
}

/// <summary>A location with the number of reads that had to see the write of an earlier transaction.</summary>
public readonly record struct HotLocation(AccessLocation Location, int Dependencies);
