using System.Collections.Immutable;

namespace Weft.Primitives.Blocks;

/// <summary>The value that something has after the part of the block with this block access index (EIP-7928).</summary>
public readonly record struct IndexedChange<T>(int Index, T Value);

/// <summary>All changes of one slot, by ascending index; at least one.</summary>
public readonly record struct SlotChanges(UInt256 Slot, ImmutableArray<IndexedChange<UInt256>> Changes);

/// <summary>What a block did with one account. All lists are in ascending order of slot or index; all are empty where
/// the account was only looked at.</summary>
/// <param name="StorageReads">Slots that were read and end every part of the block as they began it.</param>
public sealed record AccountChanges(
    Address Address,
    ImmutableArray<SlotChanges> StorageChanges,
    ImmutableArray<UInt256> StorageReads,
    ImmutableArray<IndexedChange<UInt256>> BalanceChanges,
    ImmutableArray<IndexedChange<ulong>> NonceChanges,
    ImmutableArray<IndexedChange<ReadOnlyMemory<byte>>> CodeChanges)
{
    /// <summary>The changes of a slot; none where the list has none.</summary>
    public ReadOnlySpan<IndexedChange<UInt256>> FindSlot(in UInt256 slot)
    {
        var slots = StorageChanges.AsSpan();
        int low = 0, high = slots.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            ref readonly SlotChanges found = ref slots[middle];
            if (UInt256.LessThan(found.Slot, slot)) low = middle + 1;
            else high = middle;
        }
        return low < slots.Length && slots[low].Slot == slot ? slots[low].Changes.AsSpan() : [];
    }
}
