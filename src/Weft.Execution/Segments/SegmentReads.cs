using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Segments;

/// <summary>
/// The state before the block as a segment reads it. Slots that are read for the first time are noted and, now and
/// then, looked up among what the front has changed: the leader writes that all the time, so a look at it costs the way
/// from one core to another. It only says early what a comparison would find: what is missed costs time. The segment's
/// worker reads; the leader may look at what was noted.
/// </summary>
internal sealed class SegmentReads : IStateReader
{
    private IStateReader _source = new InMemoryState();
    private WorldState? _front;
    private ulong[] _slots = new ulong[256];
    private int _count, _seen;
    private volatile bool _isDisturbed;

    /// <summary>Something that was read has been changed by the front.</summary>
    public bool IsDisturbed => _isDisturbed;

    /// <summary>Nobody else looks meanwhile.</summary>
    public void Begin(IStateReader source, WorldState front) =>
        (_source, _front, _count, _seen, _isDisturbed) = (source, front, 0, 0, false);

    /// <summary>All slots that were read, by <see cref="WorldState.SlotHash"/>.</summary>
    public ReadOnlySpan<ulong> Slots => _slots.AsSpan(0, _count);

    /// <summary>For the segment's worker: looks up what was noted since it looked last.</summary>
    public void LookAtNew()
    {
        Look(_seen);
        _seen = _count;
    }

    /// <summary>Looks up all that was noted so far. Any thread.</summary>
    public bool Look() => Look(0);

    private bool Look(int first)
    {
        // The count comes after the slots, and after the array that has room for them.
        int count = Volatile.Read(ref _count);
        var slots = Volatile.Read(ref _slots);
        for (int i = first; i < count && !_isDisturbed; i++)
            if (_front!.IsMarkedAsChanged(slots[i])) _isDisturbed = true;
        return _isDisturbed;
    }

    public UInt256 GetStorage(in Address address, in UInt256 key)
    {
        Note(WorldState.SlotHash(address, key));
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
