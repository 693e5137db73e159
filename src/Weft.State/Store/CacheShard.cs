using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weft.State.Store;

/// <summary>
/// A part of a <see cref="RecordCache"/>: a ring of entries, oldest first, and an index of buckets that each fill one
/// line of the processor's cache. An entry lives as long as a slot of its bucket points to it; what the ring's tail
/// reaches is thrown away, unless it was read since it came to its place: then it starts again at the head.
/// </summary>
/// <remarks>
/// Lives in native memory. Writers hold the shard by an odd <see cref="Version"/>; readers look at everything at any
/// time and believe it only when the version has not moved. So readers may see any bytes, and check lengths before use.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = Alignment)]
internal unsafe struct CacheShard
{
    public const int Alignment = 128;

    /// <summary>With less there is no room for a bucket and a few records.</summary>
    public const int BytesMin = 1 << 10;

    private const int SlotsPerBucket = 7, BucketSize = 64, Unit = 16, HeaderSize = 16;
    private const int TagBits = 24, TagMask = (1 << TagBits) - 1, UnitsMax = 255;

    /// <summary>Share of the slots that are taken when the ring is full of typical entries; buckets fill unevenly.
    /// </summary>
    private const double Load = 0.7;

    /// <summary>Entries that one write may carry from tail to head, which bounds its time.</summary>
    private const int RescuesMax = 8;

    /// <summary>Seven slots, then a byte for each that says that it was read, then where to look for a
    /// victim.</summary>
    private struct Bucket
    {
        /// <summary>Bits 0 to 23: part of the hash, the tag. 24 to 31: the entry's units, 255 for more. High half:
        /// 1 + its place in the ring in units. 0 when free.</summary>
        public fixed ulong Slots[SlotsPerBucket];
        public fixed byte Used[SlotsPerBucket];
        public byte Hand;
    }

    private struct Header
    {
        public ulong Hash;
        public ushort Units, RecordSize;
        public byte KeySize;
    }

    public uint Version;

    private byte* _ring;
    private Bucket* _buckets;
    private uint _bucketCount;
    private long _capacity;

    /// <summary>Count up for ever; the place is the remainder by the capacity.</summary>
    private long _head, _tail;

    public readonly long UsedBytes => _head - _tail;

    public void Initialise(byte* memory, long bytes, int entrySize)
    {
        Debug.Assert(sizeof(Bucket) == BucketSize && sizeof(Header) == HeaderSize, "the layout is counted on");
        long perBucket = BucketSize + (long)(entrySize * SlotsPerBucket * Load);
        this = default;
        _bucketCount = (uint)Math.Clamp(bytes / perBucket, 1, uint.MaxValue);
        _buckets = (Bucket*)memory;
        _ring = memory + (long)_bucketCount * BucketSize;
        _capacity = (bytes - (long)_bucketCount * BucketSize) & -Unit;
        Clear();
    }

    // ---- Lock ----

    public void Lock()
    {
        var spin = new SpinWait();
        while (true)
        {
            uint version = Volatile.Read(ref Version);
            if ((version & 1) == 0 && Interlocked.CompareExchange(ref Version, version + 1, version) == version) return;
            spin.SpinOnce(-1);
        }
    }

    /// <summary>Everything written before becomes visible before the version is even again.</summary>
    public void Unlock() => Volatile.Write(ref Version, Version + 1);

    // ---- Reading, also while another thread writes ----

    public readonly int Read(ulong hash, ReadOnlySpan<byte> key, Span<byte> destination, out byte* used)
    {
        Bucket* bucket = BucketOf(hash);
        for (uint rest = Candidates(bucket, hash); rest != 0; rest &= rest - 1)
        {
            int i = BitOperations.TrailingZeroCount(rest);
            int length = ReadAt(EntryOf(Volatile.Read(ref bucket->Slots[i])), key, destination);
            if (length < 0) continue;
            used = &bucket->Used[i];
            return length;
        }
        used = null;
        return RecordCache.Unknown;
    }

    /// <summary>Whatever <paramref name="entry"/> is, nothing outside the ring is read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int ReadAt(byte* entry, ReadOnlySpan<byte> key, Span<byte> destination)
    {
        if (entry < _ring || entry > _ring + _capacity - HeaderSize) return RecordCache.Unknown;
        // A copy: the entry may become another one while it is looked at.
        Header header = *(Header*)entry;
        byte* record = entry + HeaderSize + header.KeySize;
        if (header.KeySize != key.Length || record + header.RecordSize > _ring + _capacity) return RecordCache.Unknown;
        if (header.RecordSize > destination.Length) return RecordCache.Unknown;
        // Safe: the whole entry lies in the ring, as has been checked.
        if (!IsKey(entry + HeaderSize, key)) return RecordCache.Unknown;
        Copy(record, header.RecordSize, destination);
        return header.RecordSize;
    }

    /// <summary>Whole vectors and then the last one once more: sizes vary from record to record, and what the processor
    /// guesses wrong of them costs more than the copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(byte* record, int size, Span<byte> destination)
    {
        if (size < Vector512<byte>.Count)
        {
            new ReadOnlySpan<byte>(record, size).CopyTo(destination);
            return;
        }
        // Safe: both have size bytes, and no vector reaches behind them.
        ref byte target = ref MemoryMarshal.GetReference(destination);
        int last = size - Vector512<byte>.Count;
        for (int at = 0; at < last; at += Vector512<byte>.Count)
            Vector512.Load(record + at).StoreUnsafe(ref target, (nuint)at);
        Vector512.Load(record + last).StoreUnsafe(ref target, (nuint)last);
    }

    /// <summary>Word by word: keys were written so a moment ago, and a longer load would wait until all of its parts
    /// have left the processor's store queue. Safe: reads as many bytes as the key has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsKey(byte* stored, ReadOnlySpan<byte> key)
    {
        ref byte given = ref MemoryMarshal.GetReference(key);
        ulong difference = 0;
        int at = 0;
        for (; at + 8 <= key.Length; at += 8)
            difference |= *(ulong*)(stored + at) ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref given, at));
        for (; at < key.Length; at++) difference |= (uint)(stored[at] ^ Unsafe.Add(ref given, at));
        return difference == 0;
    }

    // ---- Asking the processor for what will be read, for many keys at a time ----
    // Safe, also while another thread writes: prefetching never faults, and only the bucket is read.

    public readonly void PrefetchBucket(ulong hash) => Sse.Prefetch0(BucketOf(hash));

    /// <summary>Returns what is most likely the entry, or null.</summary>
    public readonly byte* PrefetchEntry(ulong hash)
    {
        Bucket* bucket = BucketOf(hash);
        uint candidates = Candidates(bucket, hash);
        if (candidates == 0) return null;
        int i = BitOperations.TrailingZeroCount(candidates);
        ulong slot = Volatile.Read(ref bucket->Slots[i]);
        if (bucket->Used[i] == 0) bucket->Used[i] = 1;
        byte* entry = EntryOf(slot), end = entry + (slot >> TagBits & UnitsMax) * Unit;
        for (byte* line = entry; line < end; line += BucketSize) Sse.Prefetch0(line);
        // Entries do not begin with lines.
        Sse.Prefetch0(end - 1);
        return entry;
    }

    // ---- Writing, under the lock ----

    public void Write(ulong hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> record)
    {
        Debug.Assert(key.Length <= RecordCache.KeySizeMax && record.Length <= ushort.MaxValue, "sizes fit the header");
        int units = (HeaderSize + key.Length + record.Length + Unit - 1) / Unit;
        Bucket* bucket = BucketOf(hash);
        int index = Find(bucket, hash, key);
        if (index >= 0)
        {
            var header = (Header*)EntryOf(bucket->Slots[index]);
            if (header->Units >= units)
            {
                header->RecordSize = (ushort)record.Length;
                record.CopyTo(new Span<byte>((byte*)header + HeaderSize + key.Length, record.Length));
                return;
            }
            bucket->Slots[index] = 0;
        }
        // One large record must not throw out everything else.
        if ((long)units * Unit > _capacity / 4) return;
        byte* entry = Append(units * Unit);
        *(Header*)entry = new()
        {
            Hash = hash, Units = (ushort)units, RecordSize = (ushort)record.Length, KeySize = (byte)key.Length,
        };
        key.CopyTo(new Span<byte>(entry + HeaderSize, key.Length));
        record.CopyTo(new Span<byte>(entry + HeaderSize + key.Length, record.Length));
        Link(bucket, entry);
    }

    public readonly void Remove(ulong hash, ReadOnlySpan<byte> key)
    {
        Bucket* bucket = BucketOf(hash);
        int index = Find(bucket, hash, key);
        if (index >= 0) bucket->Slots[index] = 0;
    }

    public void Clear()
    {
        NativeMemory.Clear(_buckets, (nuint)_bucketCount * BucketSize);
        _head = _tail = 0;
    }

    private readonly int Find(Bucket* bucket, ulong hash, ReadOnlySpan<byte> key)
    {
        for (uint rest = Candidates(bucket, hash); rest != 0; rest &= rest - 1)
        {
            int i = BitOperations.TrailingZeroCount(rest);
            byte* entry = EntryOf(bucket->Slots[i]);
            if (new ReadOnlySpan<byte>(entry + HeaderSize, ((Header*)entry)->KeySize).SequenceEqual(key)) return i;
        }
        return -1;
    }

    /// <summary>Takes a free slot, or that of an entry which was not read since the bucket's hand came by.</summary>
    private readonly void Link(Bucket* bucket, byte* entry)
    {
        int index = -1;
        for (int i = 0; i < SlotsPerBucket && index < 0; i++)
            if (bucket->Slots[i] == 0) index = i;
        while (index < 0)
        {
            int hand = bucket->Hand;
            bucket->Hand = (byte)((hand + 1) % SlotsPerBucket);
            if (bucket->Used[hand] == 0) index = hand;
            else bucket->Used[hand] = 0;
        }
        bucket->Used[index] = 0;
        Volatile.Write(ref bucket->Slots[index], SlotOf(entry));
    }

    // ---- The ring ----

    /// <summary>Room for an entry at the head.</summary>
    private byte* Append(int bytes)
    {
        int rescues = RescuesMax;
        while (true)
        {
            long place = _head % _capacity, contiguous = _capacity - place;
            long needed = contiguous < bytes ? contiguous + bytes : bytes;
            if (_capacity - (_head - _tail) < needed)
            {
                EvictOldest(ref rescues);
                continue;
            }
            if (contiguous >= bytes)
            {
                _head += bytes;
                return _ring + place;
            }
            Fill(place, contiguous);
        }
    }

    /// <summary>An entry does not wrap around; what is left at the end becomes one that nobody points to.</summary>
    private void Fill(long place, long bytes)
    {
        // A filler may be longer than units can say.
        while (bytes > 0)
        {
            int units = (int)Math.Min(bytes / Unit, ushort.MaxValue);
            *(Header*)(_ring + place) = new() { Units = (ushort)units };
            place += (long)units * Unit;
            bytes -= (long)units * Unit;
            _head += (long)units * Unit;
        }
    }

    private void EvictOldest(ref int rescues)
    {
        long place = _tail % _capacity;
        var header = (Header*)(_ring + place);
        int bytes = header->Units * Unit;
        Debug.Assert(bytes > 0 && place + bytes <= _capacity && bytes <= _head - _tail, "entries follow each other");
        Bucket* bucket = BucketOf(header->Hash);
        ulong slot = SlotOf((byte*)header);
        int index = -1;
        for (int i = 0; i < SlotsPerBucket && index < 0; i++)
            if (bucket->Slots[i] == slot) index = i;
        bool isRescued = index >= 0 && bucket->Used[index] != 0 && rescues > 0;
        _tail += bytes;
        if (index < 0) return;
        if (isRescued) rescues--;
        if (!isRescued || !TryMoveToHead(bucket, index, place, bytes)) bucket->Slots[index] = 0;
    }

    /// <summary>The space just freed may overlap the one it goes to.</summary>
    private bool TryMoveToHead(Bucket* bucket, int index, long from, int bytes)
    {
        long place = _head % _capacity, contiguous = _capacity - place;
        if (contiguous < bytes || _capacity - (_head - _tail) < bytes) return false;
        // Safe: both lie in the ring; Buffer.MemoryCopy allows them to overlap.
        Buffer.MemoryCopy(_ring + from, _ring + place, bytes, bytes);
        _head += bytes;
        bucket->Used[index] = 0;
        bucket->Slots[index] = SlotOf(_ring + place);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Bucket* BucketOf(ulong hash) =>
        _buckets + (uint)(((hash >> 24 & uint.MaxValue) * _bucketCount) >> 32);

    private readonly ulong SlotOf(byte* entry)
    {
        var header = (Header*)entry;
        ulong place = (ulong)(entry - _ring) / Unit + 1;
        return place << 32 | (ulong)Math.Min((int)header->Units, UnitsMax) << TagBits | header->Hash & TagMask;
    }

    /// <summary>The set of slots that may be a key's, all looked at together, for no processor guesses which it is. The
    /// hash's low bits are the tag, others choose bucket and shard.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Candidates(Bucket* bucket, ulong hash)
    {
        // The eighth word is the rest of the bucket.
        var slots = Vector512.Load((ulong*)bucket);
        var isTagged = Vector512.Equals(slots & Vector512.Create((ulong)TagMask), Vector512.Create(hash & TagMask));
        var isTaken = ~Vector512.Equals(slots, Vector512<ulong>.Zero);
        return (uint)(isTagged & isTaken).ExtractMostSignificantBits() & ((1 << SlotsPerBucket) - 1);
    }

    private readonly byte* EntryOf(ulong slot) => _ring + ((long)(slot >> 32) - 1) * Unit;
}
