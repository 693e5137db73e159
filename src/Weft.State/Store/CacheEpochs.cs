using System.Buffers.Binary;

namespace Weft.State.Store;

/// <summary>
/// Makes everything that a cache knows of an owner unknown at once: the owner's keys end in a number that moves. Nobody
/// reads while it changes.
/// </summary>
internal sealed class CacheEpochs<TOwner> where TOwner : struct, IEquatable<TOwner>
{
    /// <summary>Bytes that <see cref="Append"/> adds at most.</summary>
    public const int Size = 4;

    /// <summary>Owners remembered at most; then the cache has to be emptied, which forgets them too.</summary>
    private const int OwnersMax = 1 << 16;

    private readonly Dictionary<TOwner, uint> _epochs = [];

    /// <summary>Appends the owner's number to a key that ends at <paramref name="size"/>; returns the new
    /// end.</summary>
    public int Append(in TOwner owner, Span<byte> key, int size)
    {
        if (NumberOf(owner) is not (> 0 and var epoch)) return size;
        BinaryPrimitives.WriteUInt32LittleEndian(key[size..], epoch);
        return size + Size;
    }

    /// <summary>0 for an owner that was never forgotten.</summary>
    public uint NumberOf(in TOwner owner) => _epochs.Count == 0 ? 0 : _epochs.GetValueOrDefault(owner);

    public void Forget(in TOwner owner, RecordCache cache)
    {
        if (_epochs.Count >= OwnersMax && !_epochs.ContainsKey(owner)) Clear(cache);
        _epochs[owner] = _epochs.GetValueOrDefault(owner) + 1;
    }

    public void Clear(RecordCache cache)
    {
        cache.Clear();
        _epochs.Clear();
    }
}
