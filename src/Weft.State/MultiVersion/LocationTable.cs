using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weft.State.Overlay;

namespace Weft.State.MultiVersion;

/// <summary>
/// A hash table that many threads look up and add to. Locations have numbers and never move; a lookup that hits takes
/// no lock. Shards are chosen by the high bits of the hash, which must be mixed with a secret. What a lookup reads of
/// the table itself lies apart from what adding writes: otherwise each location that one thread adds would take the
/// table away from the others.
/// </summary>
internal sealed class LocationTable<TKey, TLocation>
    where TKey : allows ref struct
    where TLocation : struct, IKeyed<TKey>
{
    private const int ShardBits = 6, ChunkBits = 10, ChunkSize = 1 << ChunkBits, ChunksMax = 1 << 14;

    // A bucket: the hash, the epoch, the number. What an earlier epoch left is free, so that forgetting all costs
    // nothing.
    private const int EpochShift = 24, EpochMax = 255, NumberMask = (1 << EpochShift) - 1;

    // Buckets by shard; replaced under its lock.
    private readonly ulong[][] _buckets = new ulong[1 << ShardBits][];
    private readonly Shard[] _shards = new Shard[1 << ShardBits];
    private readonly TLocation[]?[] _chunks = new TLocation[]?[ChunksMax];

    /// <summary>From 1 on: an empty bucket is of none.</summary>
    private uint _epoch = 1;

    /// <summary>The number of the block, from 1 on.</summary>
    private uint _block = 1;

    private PaddedInt _end;

    public LocationTable()
    {
        for (int i = 0; i < _buckets.Length; i++) _buckets[i] = new ulong[64];
    }

    /// <summary>One more than the highest number. Below it there are some that nobody has given to a location; see
    /// <see cref="Close"/>.</summary>
    public int End => Volatile.Read(ref _end.Value);

    public ref TLocation this[int number]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[number >> ChunkBits]![number & (ChunkSize - 1)];
    }

    /// <summary>The number of a location, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(uint hash, in TKey key)
    {
        var buckets = Volatile.Read(ref _buckets[hash >> (32 - ShardBits)]);
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
    /// before others can see it; <paramref name="numbers"/> belong to the calling thread.</summary>
    public int FindOrAdd<TBegin>(uint hash, in TKey key, in TBegin begin, ref NumberRange numbers)
        where TBegin : struct, IBegin<TLocation>, allows ref struct
    {
        int found = Find(hash, key);
        return found >= 0 ? found : Add(hash, key, begin, ref numbers);
    }

    /// <summary>Forgets all locations; nobody may use the table meanwhile.</summary>
    public void Clear()
    {
        _end.Value = 0;
        _block++;
        if (++_epoch <= EpochMax) return;
        _epoch = 1;
        foreach (ulong[] buckets in _buckets) Array.Clear(buckets);
        Array.Clear(_shards);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOf(ulong bucket, uint epoch) => (uint)bucket >> EpochShift == epoch;

    private int Add<TBegin>(uint hash, in TKey key, in TBegin begin, ref NumberRange numbers)
        where TBegin : struct, IBegin<TLocation>, allows ref struct
    {
        ref Shard shard = ref _shards[hash >> (32 - ShardBits)];
        shard.Lock.Enter();
        try
        {
            int found = Find(hash, key);
            if (found >= 0) return found;
            int number = Take(ref numbers);
            ref TLocation location = ref this[number];
            location = default;
            begin.Begin(ref location, number);
            var buckets = MakeRoom(ref shard, ref _buckets[hash >> (32 - ShardBits)]);
            Place(buckets, (ulong)hash << 32 | _epoch << EpochShift | (uint)number, _epoch);
            shard.Count++;
            return number;
        }
        finally
        {
            shard.Lock.Exit();
        }
    }

    private int Take(ref NumberRange numbers)
    {
        if (numbers.Block != _block || numbers.Next == numbers.End) TakeRange(ref numbers);
        return numbers.Next++;
    }

    /// <summary>What one thread adds lies together, so that it shares no cache lines with what others add.</summary>
    private void TakeRange(ref NumberRange numbers)
    {
        int end = Interlocked.Add(ref _end.Value, NumberRange.Length), first = end - NumberRange.Length;
        ref TLocation[]? chunk = ref _chunks[first >> ChunkBits];
        if (Volatile.Read(ref chunk) is null)
            Interlocked.CompareExchange(ref chunk, new TLocation[ChunkSize], null);
        numbers = new() { Block = _block, Next = first, End = end };
    }

    /// <summary>Nobody adds any more. Empties the locations that were not needed, which hold what an earlier block
    /// left.</summary>
    public void Close(in NumberRange numbers)
    {
        if (numbers.Block != _block) return;
        for (int number = numbers.Next; number < numbers.End; number++) this[number] = default;
    }

    /// <summary>For one more location, under the lock of the shard. Readers may go on in the old array: what they miss
    /// there they look for again under the lock.</summary>
    private ulong[] MakeRoom(ref Shard shard, ref ulong[] buckets)
    {
        if (shard.Epoch != _epoch) (shard.Epoch, shard.Count) = (_epoch, 0);
        if (2 * (shard.Count + 1) <= buckets.Length) return buckets;
        var larger = new ulong[2 * buckets.Length];
        foreach (ulong bucket in buckets)
            if (IsOf(bucket, _epoch)) Place(larger, bucket, _epoch);
        Volatile.Write(ref buckets, larger);
        return larger;
    }

    private static void Place(ulong[] buckets, ulong bucket, uint epoch)
    {
        uint position = (uint)(bucket >> 32);
        while (IsOf(buckets[position & (buckets.Length - 1)], epoch)) position++;
        Volatile.Write(ref buckets[position & (buckets.Length - 1)], bucket);
    }

    /// <summary>What adding writes, on a cache line of its own.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Shard
    {
        public SpinGate Lock;

        /// <summary>Locations of the epoch.</summary>
        public int Count;

        public uint Epoch;
    }
}

/// <summary>Numbers that one thread may give to new locations of a table.</summary>
internal struct NumberRange
{
    /// <summary>How many are taken at a time: divides the length of a chunk.</summary>
    public const int Length = 16;

    /// <summary>The block for which they were taken.</summary>
    public uint Block;

    public int Next, End;
}

/// <summary>Fills a new location.</summary>
internal interface IBegin<TLocation>
{
    void Begin(ref TLocation location, int number);
}
