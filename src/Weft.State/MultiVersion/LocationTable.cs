using System.Runtime.CompilerServices;
using Weft.State.Overlay;

namespace Weft.State.MultiVersion;

/// <summary>
/// A hash table that many threads look up and add to. Locations have numbers and never move; a lookup that hits takes
/// no lock. Shards are chosen by the high bits of the hash, which must be mixed with a secret.
/// </summary>
internal sealed class LocationTable<TKey, TLocation>
    where TKey : allows ref struct
    where TLocation : struct, IKeyed<TKey>
{
    private const int ShardBits = 6, ChunkBits = 10, ChunkSize = 1 << ChunkBits, ChunksMax = 1 << 14;

    private readonly Shard[] _shards = new Shard[1 << ShardBits];
    private readonly TLocation[]?[] _chunks = new TLocation[]?[ChunksMax];
    private int _count;

    public LocationTable()
    {
        for (int i = 0; i < _shards.Length; i++) _shards[i] = new();
    }

    public int Count => Volatile.Read(ref _count);

    public ref TLocation this[int number]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[number >> ChunkBits]![number & (ChunkSize - 1)];
    }

    /// <summary>The number of a location, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(uint hash, in TKey key)
    {
        var buckets = Volatile.Read(ref _shards[hash >> (32 - ShardBits)].Buckets);
        for (uint position = hash; ; position++)
        {
            ulong bucket = Volatile.Read(ref buckets[position & (buckets.Length - 1)]);
            if (bucket == 0) return -1;
            if ((uint)(bucket >> 32) != hash) continue;
            int number = (int)(uint)bucket - 1;
            if (this[number].Has(key)) return number;
        }
    }

    /// <summary>The number of a location, which is added when it is not there. <paramref name="begin"/> fills a new one
    /// before others can see it.</summary>
    public int FindOrAdd<TBegin>(uint hash, in TKey key, in TBegin begin)
        where TBegin : struct, IBegin<TLocation>, allows ref struct
    {
        int found = Find(hash, key);
        return found >= 0 ? found : Add(hash, key, begin);
    }

    /// <summary>Forgets all locations; nobody may use the table meanwhile.</summary>
    public void Clear()
    {
        foreach (var shard in _shards)
        {
            if (shard.Count != 0) Array.Clear(shard.Buckets);
            shard.Count = 0;
        }
        _count = 0;
    }

    private int Add<TBegin>(uint hash, in TKey key, in TBegin begin)
        where TBegin : struct, IBegin<TLocation>, allows ref struct
    {
        var shard = _shards[hash >> (32 - ShardBits)];
        shard.Lock.Enter();
        try
        {
            int found = Find(hash, key);
            if (found >= 0) return found;
            int number = Interlocked.Increment(ref _count) - 1;
            ref TLocation location = ref Allocate(number);
            location = default;
            begin.Begin(ref location, number);
            if (2 * (shard.Count + 1) > shard.Buckets.Length) shard.Grow();
            Place(shard.Buckets, hash, (ulong)hash << 32 | (uint)(number + 1));
            shard.Count++;
            return number;
        }
        finally
        {
            shard.Lock.Exit();
        }
    }

    private ref TLocation Allocate(int number)
    {
        ref TLocation[]? chunk = ref _chunks[number >> ChunkBits];
        if (Volatile.Read(ref chunk) is null) Interlocked.CompareExchange(ref chunk, new TLocation[ChunkSize], null);
        return ref chunk![number & (ChunkSize - 1)];
    }

    private static void Place(ulong[] buckets, uint hash, ulong bucket)
    {
        uint position = hash;
        while (buckets[position & (buckets.Length - 1)] != 0) position++;
        Volatile.Write(ref buckets[position & (buckets.Length - 1)], bucket);
    }

    private sealed class Shard
    {
        public SpinGate Lock;
        public ulong[] Buckets = new ulong[64];
        public int Count;

        /// <summary>Readers may go on in the old array: what they miss there they look for again under the
        /// lock.</summary>
        public void Grow()
        {
            var larger = new ulong[2 * Buckets.Length];
            foreach (ulong bucket in Buckets)
                if (bucket != 0) Place(larger, (uint)(bucket >> 32), bucket);
            Volatile.Write(ref Buckets, larger);
        }
    }
}

/// <summary>Fills a new location.</summary>
internal interface IBegin<TLocation>
{
    void Begin(ref TLocation location, int number);
}
