using Weft.Primitives;

namespace Weft.State.Store;

public sealed partial class StateStore
{
    /// <summary>Slots that are read from the database at once.</summary>
    internal const int SlotsPerRead = 256;

    public IEnumerable<KeyValuePair<UInt256, UInt256>> GetSlots(Address address)
    {
        var above = CollectSlots(address, out bool isCleared);
        foreach (var slot in above)
            if (!slot.Value.IsZero) yield return slot;
        if (isCleared) yield break;
        var found = new List<KeyValuePair<UInt256, UInt256>>();
        var from = new byte[SlotKeySize];
        address.CopyTo(from);
        // Not one transaction for all: an enumeration that nobody finishes would keep its snapshot. What is committed
        // meanwhile is in the layers that were collected before.
        do
        {
            found.Clear();
            ReadSlots(from, found);
            foreach (var slot in found)
                if (!above.ContainsKey(slot.Key)) yield return slot;
        }
        while (found.Count == SlotsPerRead && Advance(from, found[^1].Key));
    }

    /// <summary>What the layers know of an account's slots, zeros included.</summary>
    private Dictionary<UInt256, UInt256> CollectSlots(in Address address, out bool isCleared)
    {
        var known = new Dictionary<UInt256, UInt256>();
        isCleared = false;
        foreach (var layer in _layers)
        {
            if (!layer.Storage.TryGetValue(address, out var change)) continue;
            foreach (var (key, value) in change.Slots) known.TryAdd(key, value);
            if (!change.IsCleared) continue;
            isCleared = true;
            break;
        }
        return known;
    }

    private void ReadSlots(ReadOnlySpan<byte> from, List<KeyValuePair<UInt256, UInt256>> found)
    {
        using var transaction = _database.BeginRead();
        ReadSlots(transaction, _tables.Slots, from, found);
    }

    /// <summary>Some slots of an account, from a key on: at most <see cref="SlotsPerRead"/>.</summary>
    internal static void ReadSlots(
        ReadTransaction transaction, Table slots, ReadOnlySpan<byte> from,
        List<KeyValuePair<UInt256, UInt256>> found)
    {
        using var cursor = transaction.OpenCursor(slots);
        for (bool any = cursor.Seek(from); any && found.Count < SlotsPerRead; any = cursor.MoveNext())
        {
            if (!cursor.Key.StartsWith(from[..20])) return;
            found.Add(new(UInt256.FromBigEndian(cursor.Key[20..]), StateEncoding.ReadNumber(cursor.Value)));
        }
    }

    /// <summary>To the key behind the last; false behind the very last.</summary>
    internal static bool Advance(byte[] from, in UInt256 last)
    {
        if (last == UInt256.MaxValue) return false;
        (last + UInt256.One).WriteBigEndian(from.AsSpan(20));
        return true;
    }
}
