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

    // A bucket: the hash, the epoch, the number. What an earlier epoch left is free, so that forgetting all costs
    // nothing.
    private const int EpochShift = 24, EpochMax = 255, NumberMask = (1 << EpochShift) - 1;

    private readonly Shard[] _shards = new Shard[1 << ShardBits];
    private readonly TLocation[]?[] _chunks = new TLocation[]?[ChunksMax];
    private int _count;

    /// <summary>From 1 on: an empty bucket is of none.</summary>
    private uint _epoch = 1;

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
        uint epoch = _epoch;
        for (uint position = hash; ; position++)
        {
            ulong bucket = Volatile.Read(ref buckets[position & (buckets.Length - 1)]);
            if (!IsOf(bucket, epoch)) return -1;
            if ((uint)(bucket >> 32) != hash) continue;
            int number = (int)(uint)bucket & NumberMask;
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
        _count = 0;
        if (++_epoch <= EpochMax) return;
        _epoch = 1;
        foreach (var shard in _shards) shard.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOf(ulong bucket, uint epoch) => (uint)bucket >> EpochShift == epoch;

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
            shard.MakeRoom(_epoch);
            Place(shard.Buckets, (ulong)hash << 32 | _epoch << EpochShift | (uint)number, _epoch);
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

    private static void Place(ulong[] buckets, ulong bucket, uint epoch)
    {
        uint position = (uint)(bucket >> 32);
        while (IsOf(buckets[position & (buckets.Length - 1)], epoch)) position++;
        Volatile.Write(ref buckets[position & (buckets.Length - 1)], bucket);
    }

    private sealed class Shard
    {
        public SpinGate Lock;
        public ulong[] Buckets = new ulong[64];
        public int Count;

        /// <summary>What is counted.</summary>
        private uint _epoch;

        /// <summary>For one more location. Readers may go on in the old array: what they miss there they look for again
        /// under the lock.</summary>
        public void MakeRoom(uint epoch)
        {
            if (_epoch != epoch) (_epoch, Count) = (epoch, 0);
            if (2 * (Count + 1) <= Buckets.Length) return;
            var larger = new ulong[2 * Buckets.Length];
            foreach (ulong bucket in Buckets)
                if (IsOf(bucket, epoch)) Place(larger, bucket, epoch);
            Volatile.Write(ref Buckets, larger);
        }

        /// <summary>Of all epochs.</summary>
        public void Clear()
        {
            Array.Clear(Buckets);
            (_epoch, Count) = (0, 0);
        }
    }
}

/// <summary>Fills a new location.</summary>
internal interface IBegin<TLocation>
{
    void Begin(ref TLocation location, int number);
}
