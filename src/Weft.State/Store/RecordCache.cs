using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Weft.State.Trie;

namespace Weft.State.Store;

/// <summary>
/// A bounded map from short keys to records outside the managed heap, which would otherwise hold millions of objects.
/// Reads take no lock; writes lock one of many shards. An empty record is a value too: it says that there is none.
/// Nobody may use it while it is disposed.
/// </summary>
internal sealed unsafe class RecordCache : IDisposable
{
    /// <summary>Answer of <see cref="TryGet"/> for what the cache does not know.</summary>
    public const int Unknown = -1;

    public const int KeySizeMax = byte.MaxValue;

    private const int ShardBytesMin = 128 << 10, ShardsMax = 256, LargePage = 2 << 20;

    // Keys come from outside and could be chosen to meet in one bucket.
    private readonly ulong _secret0 = RandomSecret(), _secret1 = RandomSecret(), _secret2 = RandomSecret();
    private readonly CacheShard* _shards;
    private readonly int _shardCount, _shardShift;
    private void* _memory;

    /// <summary><paramref name="bytes"/> holds everything, index included; too few make a cache that keeps nothing.
    /// <paramref name="entrySize"/>: bytes of a typical key with its record, by which the index is dimensioned.
    /// </summary>
    public RecordCache(long bytes, int entrySize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (bytes < CacheShard.BytesMin + sizeof(CacheShard)) return;
        _shardCount = (int)Math.Min(ShardsMax, BitOperations.RoundUpToPowerOf2((ulong)(bytes / ShardBytesMin) + 1) / 2);
        _shardCount = Math.Max(1, _shardCount);
        _shardShift = 64 - BitOperations.Log2((uint)_shardCount);
        // Safe: what is handed to the shards below are disjoint parts of this block, which lives until Dispose.
        int alignment = bytes < LargePage ? CacheShard.Alignment : LargePage;
        _memory = NativeMemory.AlignedAlloc((nuint)bytes, (nuint)alignment);
        // A random read of a large cache otherwise waits for the page table as well.
        if (bytes >= LargePage) SystemMemory.PreferLargePages(_memory, bytes);
        _shards = (CacheShard*)_memory;
        long heads = (long)_shardCount * sizeof(CacheShard);
        long share = (bytes - heads) / _shardCount & -CacheShard.Alignment;
        for (int i = 0; i < _shardCount; i++)
            _shards[i].Initialise((byte*)_memory + heads + i * share, share, entrySize);
    }

    /// <summary>For a cache that was forgotten; its owner disposes it.</summary>
    ~RecordCache() => Free();

    /// <summary>Bytes taken by live and outdated entries, without the index.</summary>
    public long UsedBytes
    {
        get
        {
            long sum = 0;
            for (int i = 0; i < _shardCount; i++) sum += _shards[i].UsedBytes;
            return sum;
        }
    }

    /// <summary>Copies the record and returns its length, or <see cref="Unknown"/>. A record longer than
    /// <paramref name="destination"/> is not known.</summary>
    public int TryGet(ReadOnlySpan<byte> key, Span<byte> destination)
    {
        if (_shardCount == 0) return Unknown;
        ulong hash = Hash(key);
        CacheShard* shard = ShardOf(hash);
        var spin = new SpinWait();
        while (true)
        {
            uint version = Volatile.Read(ref shard->Version);
            if ((version & 1) == 0)
            {
                int length = shard->Read(hash, key, destination, out byte* used);
                // What was read counts only if no writer came meanwhile: no load may move below this one.
                Volatile.ReadBarrier();
                if (Volatile.Read(ref shard->Version) == version)
                {
                    // Written once per entry and round, so that the line stays shared between readers. The byte may
                    // belong to another entry by now, which then lives a little longer.
                    if (length >= 0 && *used == 0) *used = 1;
                    return length;
                }
            }
            spin.SpinOnce(-1);
        }
    }

    /// <summary>As above, looking first where <see cref="PrefetchRecord"/> found something.</summary>
    public int TryGet(ReadOnlySpan<byte> key, in RecordHint hint, Span<byte> destination)
    {
        if (hint.Entry != 0 && (uint)hint.Shard < (uint)_shardCount)
        {
            CacheShard* shard = _shards + hint.Shard;
            // The entry is whole, and is that of its key, as long as nobody has written since the hint was given.
            if (Volatile.Read(ref shard->Version) == hint.Version)
            {
                int length = shard->ReadAt((byte*)hint.Entry, key, destination);
                Volatile.ReadBarrier();
                if (length >= 0 && Volatile.Read(ref shard->Version) == hint.Version) return length;
            }
        }
        return TryGet(key, destination);
    }

    /// <summary>False where asking ahead for memory does nothing.</summary>
    public bool CanPrefetch => _shardCount != 0 && Sse.IsSupported;

    /// <summary>The name of a key for the step below, and the step before it. It wants that of all other keys to lie
    /// between, for the second reads what the first asked for.</summary>
    public ulong PrefetchBucket(ReadOnlySpan<byte> key)
    {
        ulong hash = Hash(key);
        ShardOf(hash)->PrefetchBucket(hash);
        return hash;
    }

    /// <summary>Counts as reading the record.</summary>
    public void PrefetchRecord(ulong hash, out RecordHint hint)
    {
        CacheShard* shard = ShardOf(hash);
        // Before the entry is looked for, so that a later change of either shows.
        uint version = Volatile.Read(ref shard->Version);
        byte* entry = shard->PrefetchEntry(hash);
        hint = (version & 1) == 0 ? new((nint)entry, (int)(shard - _shards), version) : default;
    }

    /// <summary>Keeps a record, in place of the one before.</summary>
    public void Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record)
    {
        if (_shardCount == 0) return;
        ulong hash = Hash(key);
        CacheShard* shard = ShardOf(hash);
        shard->Lock();
        shard->Write(hash, key, record);
        shard->Unlock();
    }

    public void Remove(ReadOnlySpan<byte> key)
    {
        if (_shardCount == 0) return;
        ulong hash = Hash(key);
        CacheShard* shard = ShardOf(hash);
        shard->Lock();
        shard->Remove(hash, key);
        shard->Unlock();
    }

    public void Clear()
    {
        for (int i = 0; i < _shardCount; i++)
        {
            _shards[i].Lock();
            _shards[i].Clear();
            _shards[i].Unlock();
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }

    private CacheShard* ShardOf(ulong hash) =>
        _shards + (_shardCount == 1 ? 0 : (int)(hash >> _shardShift));

    /// <summary>Folds 16 bytes with one multiplication, as <see cref="Primitives.LocationHash"/> does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Hash(ReadOnlySpan<byte> key)
    {
        Debug.Assert(key.Length is > 0 and <= KeySizeMax, "lengths are kept in a byte");
        ref byte bytes = ref MemoryMarshal.GetReference(key);
        ulong hash = _secret2 ^ (ulong)key.Length;
        int at = 0;
        // Safe: 16 or 8 bytes are read only where as many follow.
        for (; at + 16 <= key.Length; at += 16)
        {
            hash = Fold(
                Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, at)) ^ _secret0,
                Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, at + 8)) ^ hash);
        }
        ulong a = 0, b = 0;
        int rest = key.Length - at;
        if (rest >= 8)
        {
            a = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, at));
            at += 8;
        }
        for (; at < key.Length; at++) b = b << 8 | key[at];
        // Once more: one product of keys that count up spreads them unevenly under some secrets.
        return Fold(Fold(a ^ _secret1, b ^ hash) ^ _secret0, _secret2);
    }

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }

    private static ulong RandomSecret()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return MemoryMarshal.Read<ulong>(bytes) | 1;
    }
}
