using Weft.Primitives;

namespace Weft.State;

/// <summary>
/// The state after an earlier block, read through the undo records of the blocks behind it: the first of them that
/// knows a place has its value. <paramref name="undo"/> begins with the block after the wanted one and ends with that
/// of
/// <paramref name="head"/>, which must not move meanwhile. Safe for concurrent readers.
/// </summary>
public sealed class HistoricalState(IStateView head, IReadOnlyList<ReadOnlyMemory<byte>> undo) : IStateView
{
    public bool TryGetAccount(in Address address, out Account account)
    {
        foreach (var record in undo)
        {
            if (!UndoRecord.TryFindAccount(record.Span, address, out var before)) continue;
            account = before.GetValueOrDefault();
            return before.HasValue;
        }
        return head.TryGetAccount(address, out account);
    }

    public UInt256 GetStorage(in Address address, in UInt256 key)
    {
        foreach (var record in undo)
            if (UndoRecord.TryFindSlot(record.Span, address, key, out var before)) return before;
        return head.GetStorage(address, key);
    }

    public bool HasStorage(in Address address)
    {
        foreach (var _ in GetSlots(address)) return true;
        return false;
    }

    /// <summary>Code is never deleted.</summary>
    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => head.GetCode(codeHash);

    public IEnumerable<KeyValuePair<UInt256, UInt256>> GetSlots(Address address)
    {
        var slots = new Dictionary<UInt256, UInt256>(head.GetSlots(address));
        for (int i = undo.Count - 1; i >= 0; i--) UndoRecord.UndoSlots(undo[i].Span, address, slots);
        return slots.Where(slot => !slot.Value.IsZero);
    }
}
