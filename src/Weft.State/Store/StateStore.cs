using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weft.Primitives;
using Weft.State.Trie;

namespace Weft.State.Store;

/// <summary>
/// The state at the head: what the database holds, what was applied since and waits to be written, and an off-heap
/// cache in front of both. Reads are safe for concurrent readers while nobody applies. Flat state and nodes are applied
/// independently, for the root of a block is computed while the next one executes.
/// </summary>
/// <remarks>
/// The cache holds the newest value or nothing, so it is asked first; an empty record says that there is nothing. What
/// one thread applies to flat state and what another applies to nodes never touches the same field. Sealing and
/// committing only replace the lists of layers, so a reader has a whole list, and it begins to read the database after
/// it took the list: what is missing in the list is then in the database.
/// </remarks>
public sealed partial class StateStore : IStateView, INodeReader, IDisposable
{
    internal const int SlotKeySize = 20 + 32;

    /// <summary>Typical bytes of entries, header and key included.</summary>
    private const int FlatEntrySize = 80, NodeEntrySize = 448;

    /// <summary>Of <see cref="StateStore(Database, long)"/>'s bytes, the part for code: one in so many.</summary>
    private const int CodeShare = 16;

    private readonly Database _database;
    private readonly StateTables _tables;
    private readonly RecordCache _flatCache, _nodeCache;
    private readonly CodeMemory _codes;
    private readonly CacheEpochs<Address> _storageEpochs = new();
    private readonly CacheEpochs<Hash256> _ownerEpochs = new();

    // Newest first; the first of each is open. Replaced as a whole.
    private volatile ChangeLayer[] _layers = [new()];
    private volatile NodeSet[] _nodeLayers = [new()];

    /// <summary><paramref name="cacheBytes"/> bounds everything that is cached, indexes included.</summary>
    public StateStore(Database database, long cacheBytes)
    {
        _database = database;
        _tables = new(database);
        long codes = cacheBytes / CodeShare, half = (cacheBytes - codes) / 2;
        _codes = new(codes);
        _flatCache = new(half, FlatEntrySize);
        _nodeCache = new(half, NodeEntrySize);
    }

    /// <summary>The tables of the state, for <see cref="Database.Open"/>.</summary>
    public static IReadOnlyList<string> TableNames => StateTables.Names;

    // ---- Reading: cache, then what waits, then the database ----

    [SkipLocalsInit]
    public bool TryGetAccount(in Address address, out Account account)
    {
        Span<byte> record = stackalloc byte[StateEncoding.AccountSizeMax];
        int size = _flatCache.TryGet(address.Bytes, record);
        if (size == RecordCache.Unknown) size = LoadAccount(address, record);
        account = size == 0 ? default : StateEncoding.ReadAccount(record[..size]);
        return size != 0;
    }

    [SkipLocalsInit]
    public UInt256 GetStorage(in Address address, in UInt256 key)
    {
        Span<byte> place = stackalloc byte[SlotKeySize + CacheEpochs<Address>.Size];
        Span<byte> record = stackalloc byte[32];
        WriteSlotKey(address, key, place);
        int placeSize = _storageEpochs.Append(address, place, SlotKeySize);
        int size = _flatCache.TryGet(place[..placeSize], record);
        if (size == RecordCache.Unknown) size = LoadSlot(address, key, place[..placeSize], record);
        return UInt256.FromBigEndian(record[..size]);
    }

    public bool HasStorage(in Address address)
    {
        foreach (var _ in GetSlots(address)) return true;
        return false;
    }

    /// <exception cref="InvalidDataException">There is no such code.</exception>
    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash)
    {
        if (codeHash == Hash256.OfEmptyCode) return default;
        if (_codes.TryGet(codeHash, out var code)) return code;
        code = LoadCode(codeHash);
        _codes.Add(codeHash, code);
        return code;
    }

    public int ReadNode(in NodeKey key, Span<byte> destination) => ReadNode(key, default, destination);

    [SkipLocalsInit]
    public int ReadNode(in NodeKey key, in RecordHint hint, Span<byte> destination)
    {
        Span<ulong> words = stackalloc ulong[NodeKey.WordsMax];
        var place = PlaceOf(key, words);
        int size = _nodeCache.TryGet(place, hint, destination);
        return size != RecordCache.Unknown ? size : LoadNode(key, place, destination);
    }

    [SkipLocalsInit]
    public void Prefetch(ReadOnlySpan<NodeKey> keys, Span<RecordHint> hints)
    {
        if (keys.Length > INodeReader.PrefetchMax) throw new ArgumentException($"{keys.Length} keys at once");
        hints = hints[..keys.Length];
        if (!_nodeCache.CanPrefetch)
        {
            hints.Clear();
            return;
        }
        Span<ulong> hashes = stackalloc ulong[INodeReader.PrefetchMax], words = stackalloc ulong[NodeKey.WordsMax];
        for (int i = 0; i < keys.Length; i++) hashes[i] = _nodeCache.PrefetchBucket(PlaceOf(keys[i], words));
        for (int i = 0; i < hints.Length; i++) _nodeCache.PrefetchRecord(hashes[i], out hints[i]);
    }

    // ---- Loading what the cache does not know ----

    private int LoadAccount(in Address address, Span<byte> record)
    {
        int size = ReadAccountBelow(address, record);
        _flatCache.Set(address.Bytes, record[..size]);
        return size;
    }

    private int ReadAccountBelow(in Address address, Span<byte> record)
    {
        foreach (var layer in _layers)
        {
            if (!layer.Accounts.TryGetValue(address, out var known)) continue;
            return known is { } account ? StateEncoding.WriteAccount(account, record) : 0;
        }
        return _database.Read(_tables.Accounts, address.Bytes, record);
    }

    private int LoadSlot(in Address address, in UInt256 key, ReadOnlySpan<byte> place, Span<byte> record)
    {
        int size = ReadSlotBelow(address, key, place, record);
        _flatCache.Set(place, record[..size]);
        return size;
    }

    private int ReadSlotBelow(in Address address, in UInt256 key, ReadOnlySpan<byte> place, Span<byte> record)
    {
        foreach (var layer in _layers)
        {
            if (layer.TryGetStorage(address, key, out var value)) return StateEncoding.WriteNumber(value, record);
        }
        return _database.Read(_tables.Slots, place[..SlotKeySize], record);
    }

    private ReadOnlyMemory<byte> LoadCode(in Hash256 codeHash)
    {
        foreach (var layer in _layers)
        {
            if (layer.Code.TryGetValue(codeHash, out var code)) return code;
        }
        using var transaction = _database.BeginRead();
        return transaction.TryGet(_tables.Codes, codeHash.Bytes, out var stored)
            ? stored.ToArray()
            : throw new InvalidDataException($"no code with the hash {codeHash}");
    }

    private int LoadNode(in NodeKey key, ReadOnlySpan<byte> place, Span<byte> destination)
    {
        int size = ReadNodeBelow(key, destination);
        _nodeCache.Set(place, destination[..size]);
        return size;
    }

    private int ReadNodeBelow(in NodeKey key, Span<byte> destination)
    {
        foreach (var layer in _nodeLayers)
        {
            if (layer.TryRead(key, destination, out int size)) return size;
        }
        Span<byte> storedKey = stackalloc byte[NodeKey.MaxSize];
        return _database.Read(NodeTable(key), storedKey[..key.WriteTo(storedKey)], destination);
    }

    private Table NodeTable(in NodeKey key) => key.IsStorage ? _tables.StorageNodes : _tables.AccountNodes;

    // ---- Keys ----

    internal static void WriteSlotKey(in Address address, in UInt256 key, Span<byte> destination)
    {
        address.CopyTo(destination);
        key.WriteBigEndian(destination[20..]);
    }

    /// <summary>By what the cache knows a node.</summary>
    private ReadOnlySpan<byte> PlaceOf(in NodeKey key, Span<ulong> words)
    {
        int count = key.WriteWords(key.IsStorage ? _ownerEpochs.NumberOf(key.Owner) : 0, words);
        return MemoryMarshal.AsBytes(words[..count]);
    }

    /// <summary>Nobody may use the store meanwhile or afterwards. The database stays open.</summary>
    public void Dispose()
    {
        _flatCache.Dispose();
        _nodeCache.Dispose();
        foreach (var nodes in _nodeLayers) nodes.Dispose();
    }
}
