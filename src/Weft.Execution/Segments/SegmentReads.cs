using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Segments;

/// <summary>
/// The state before the block as a segment reads it. Each slot that is read for the first time is looked up among what
/// the front has changed, and noted, so that later changes are found, too. That only says early what a comparison would
/// find: what is missed costs time. The segment's worker reads; the leader may look at what was noted.
/// </summary>
internal sealed class SegmentReads : IStateReader
{
    private IStateReader _source = new InMemoryState();
    private WorldState? _front;
    private ulong[] _slots = new ulong[256];
    private int _count;
    private volatile bool _isDisturbed;

    /// <summary>Something that was read has been changed by the front.</summary>
    public bool IsDisturbed => _isDisturbed;

    /// <summary>Nobody else looks meanwhile.</summary>
    public void Begin(IStateReader source, WorldState front) =>
        (_source, _front, _count, _isDisturbed) = (source, front, 0, false);

    /// <summary>All slots that were read, by <see cref="WorldState.SlotHash"/>.</summary>
    public ReadOnlySpan<ulong> Slots => _slots.AsSpan(0, _count);

    /// <summary>Looks up all that was noted so far. Any thread.</summary>
    public bool Look()
    {
        // The count comes after the slots, and after the array that has room for them.
        int count = Volatile.Read(ref _count);
        var slots = Volatile.Read(ref _slots);
        for (int i = 0; i < count && !_isDisturbed; i++)
            if (_front!.IsMarkedAsChanged(slots[i])) _isDisturbed = true;
        return _isDisturbed;
    }

    public UInt256 GetStorage(in Address address, in UInt256 key)
    {
        ulong hash = WorldState.SlotHash(address, key);
        Note(hash);
        if (_front!.IsMarkedAsChanged(hash)) _isDisturbed = true;
        return _source.GetStorage(address, key);
    }

    public bool TryGetAccount(in Address address, out Account account) => _source.TryGetAccount(address, out account);

    public bool HasStorage(in Address address) => _source.HasStorage(address);

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => _source.GetCode(codeHash);

    private void Note(ulong hash)
    {
        int count = _count;
        if (count == _slots.Length)
        {
            var larger = new ulong[2 * count];
            _slots.CopyTo(larger, 0);
            Volatile.Write(ref _slots, larger);
        }
        _slots[count] = hash;
        Volatile.Write(ref _count, count + 1);
    }
}
