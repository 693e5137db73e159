using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>
/// The part of a state that a list of nodes and codes proves: every node is found by the hash that its parent names,
/// the first by the state root, so nothing in the lists is trusted, and what does not belong there is not seen. A block
/// runs on it, and <see cref="StateTrie"/> computes the root after it, with no database. What the lists lack is an
/// <see cref="InvalidDataException"/> that names trie, path and hash. Safe for concurrent readers.
/// </summary>
public sealed class Witness : IStateReader, INodeReader
{
    private readonly Dictionary<Hash256, ReadOnlyMemory<byte>> _nodes = [];
    private readonly Dictionary<Hash256, ReadOnlyMemory<byte>> _codes = [];

    public Witness(
        in Hash256 stateRoot, IEnumerable<ReadOnlyMemory<byte>> nodes, IEnumerable<ReadOnlyMemory<byte>> codes)
    {
        StateRoot = stateRoot;
        foreach (var node in nodes) _nodes[Keccak.Hash(node.Span)] = node;
        foreach (var code in codes) _codes[Keccak.Hash(code.Span)] = code;
    }

    public Hash256 StateRoot { get; }

    // ---- State ----

    public bool TryGetAccount(in Address address, out Account account) =>
        TryReadAccount(Keccak.Hash(address.Bytes), out account, out _);

    public UInt256 GetStorage(in Address address, in UInt256 key)
    {
        var owner = Keccak.Hash(address.Bytes);
        if (!TryReadAccount(owner, out _, out var root)) return UInt256.Zero;
        Span<byte> bytes = stackalloc byte[32];
        key.WriteBigEndian(bytes);
        var walk = new WitnessWalk(_nodes, owner, root, Keccak.Hash(bytes));
        if (!walk.TryFindValue(out var value)) return UInt256.Zero;
        return TrieValue.TryReadSlot(value, out var slot) ? slot : throw walk.Malformed();
    }

    public bool HasStorage(in Address address) =>
        TryReadAccount(Keccak.Hash(address.Bytes), out _, out var root) && root != Hash256.OfEmptyTrie;

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) =>
        _codes.TryGetValue(codeHash, out var code) ? code
        : codeHash == Hash256.OfEmptyCode ? default
        : throw new InvalidDataException($"the witness lacks the code with the hash {codeHash}");

    // ---- Nodes ----

    public int ReadNode(in NodeKey key, Span<byte> destination)
    {
        if (!key.IsStorage)
            return new WitnessWalk(_nodes, null, StateRoot, key.Path).ReadRecord(key.Length, destination);
        return TryReadAccount(key.Owner, out _, out var root)
            ? new WitnessWalk(_nodes, key.Owner, root, key.Path).ReadRecord(key.Length, destination)
            : 0;
    }

    private bool TryReadAccount(in Hash256 key, out Account account, out Hash256 storageRoot)
    {
        (account, storageRoot) = (default, Hash256.OfEmptyTrie);
        var walk = new WitnessWalk(_nodes, null, StateRoot, key);
        if (!walk.TryFindValue(out var value)) return false;
        return TrieValue.TryReadAccount(value, out account, out storageRoot) ? true : throw walk.Malformed();
    }
}
