using Weft.Primitives;
using Weft.Primitives.Rlp;
using Weft.State.Trie;

namespace Weft.State;

/// <summary>An account of an <see cref="InMemoryState"/> with its storage, which holds no zero.</summary>
internal sealed class StoredAccount
{
    public static readonly IReadOnlyDictionary<UInt256, UInt256> NoSlots = new Dictionary<UInt256, UInt256>();

    private Dictionary<UInt256, UInt256>? _slots;
    private Hash256? _storageRoot;

    /// <summary>Null while only slots have been set.</summary>
    public Account? Account { get; set; }

    public bool HasSlots => _slots is { Count: > 0 };

    public IReadOnlyDictionary<UInt256, UInt256> Slots => _slots ?? NoSlots;

    public UInt256 GetSlot(in UInt256 key) =>
        _slots is not null && _slots.TryGetValue(key, out var value) ? value : UInt256.Zero;

    public void SetSlot(in UInt256 key, in UInt256 value)
    {
        if (!value.IsZero) (_slots ??= [])[key] = value;
        else _slots?.Remove(key);
        _storageRoot = null;
    }

    public void ClearSlots() => (_slots, _storageRoot) = (null, null);

    public StoredAccount Clone() => new()
    {
        Account = Account, _slots = _slots is null ? null : new(_slots), _storageRoot = _storageRoot,
    };

    /// <summary>The value of an account in the state trie (Yellow Paper 4.1).</summary>
    public static void Write(RlpWriter writer, in Account account, in Hash256 storageRoot)
    {
        int list = writer.BeginList();
        writer.Write(account.Nonce);
        writer.Write(account.Balance);
        writer.Write(storageRoot);
        writer.Write(account.CodeHash);
        writer.EndList(list);
    }

    public Hash256 ComputeStorageRoot() => _storageRoot ??= ComputeRoot();

    private Hash256 ComputeRoot()
    {
        if (!HasSlots) return Hash256.OfEmptyTrie;
        using var trie = new SecureTrie(32, _slots!.Count);
        Span<byte> bytes = stackalloc byte[32];
        foreach (var (key, value) in _slots)
        {
            key.WriteBigEndian(bytes);
            trie.Add(bytes).Write(value);
        }
        return trie.ComputeRoot();
    }
}
