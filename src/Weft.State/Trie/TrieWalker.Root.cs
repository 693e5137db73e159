using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>The root of a trie before an update and the record that holds it, if any.</summary>
internal unsafe struct OpenedRoot
{
    public Subtree Subtree;
    public byte* Record;
    public int Length;

    public readonly bool IsBranch => Subtree is { Kind: SubtreeKind.Branch, Depth: 0 };
}

// The root has a record of its own form where it is no branch, and its digest always stands for it, even when it has
// less than 32 bytes.
internal sealed unsafe partial class TrieWalker
{
    private NodeKey RootKey => _isStorage ? NodeKey.OfStorage(_owner, default, 0) : NodeKey.OfAccounts(default, 0);

    /// <summary>Reads the root of the trie entered. A cleared one is not looked at.</summary>
    public OpenedRoot OpenRoot(bool isCleared)
    {
        var root = default(OpenedRoot);
        if (isCleared) return root;
        byte* record = _output.Arena.Reserve(NodeRecord.MaxSize);
        byte* path = _scratch.Take(32);
        new Span<byte>(path, 32).Clear();
        int length = _nodes.ReadNode(RootKey, _hints[HintNumber((byte*)_keys, 0)], new(record, NodeRecord.MaxSize));
        if (length == 0) return root;
        _output.Arena.Commit(length);
        root.Subtree = RootOf(record, length, path);
        root.Record = record;
        root.Length = length;
        return root;
    }

    /// <summary>Applies all changes of the trie; the digest of its root goes to a place that stays.</summary>
    /// <param name="root">As it was opened.</param>
    /// <param name="count">Number of changes, whose keys ascend.</param>
    /// <param name="destination">32 bytes, written when the queue has run.</param>
    public void UpdateTrie(in OpenedRoot root, int count, byte* destination)
    {
        Subtree result;
        bool isChanged = root.IsBranch
            ? UpdateBranch(root.Subtree, root.Record, root.Length, 0, count, out result)
            : Update(root.Subtree, 0, 0, count, out result);
        if (isChanged) WriteRoot(result, root.Record != null, destination);
        else PutUnchangedRoot(root, destination);
    }

    /// <summary>What hangs at each first nibble; false when all keys of the trie share it.</summary>
    public bool TrySplit(in OpenedRoot root, Span<Subtree> children)
    {
        children.Clear();
        if (root.Subtree.Kind == SubtreeKind.Empty) return true;
        if (!root.IsBranch) return false;
        BranchRecord.Parse(root.Record, root.Length, out var record);
        for (int nibble = 0; nibble < 16; nibble++)
            ChildOf(record, root.Subtree.Path, 0, nibble, out children[nibble]);
        return true;
    }

    /// <summary>Ends an update whose first nibbles were updated one by one.</summary>
    public void JoinRoot(
        in OpenedRoot root, ReadOnlySpan<Subtree> children, ReadOnlySpan<bool> isChanged, byte* destination)
    {
        int changed = 0;
        for (int nibble = 0; nibble < 16; nibble++)
        {
            if (!isChanged[nibble]) continue;
            changed |= 1 << nibble;
            _subtrees[nibble] = children[nibble];
        }
        if (changed == 0)
        {
            PutUnchangedRoot(root, destination);
            return;
        }
        Subtree result;
        if (!root.IsBranch)
        {
            byte* path = _scratch.Take(32);
            new Span<byte>(path, 32).Clear();
            Assemble(path, 0, default, changed, 0, out result);
        }
        else
        {
            BranchRecord.Parse(root.Record, root.Length, out var old);
            Finish(root.Subtree, root.Record, root.Length, old, changed, 0, out result);
        }
        WriteRoot(result, root.Record != null, destination);
    }

    private static Subtree RootOf(byte* record, int length, byte* path)
    {
        byte* node = record + 1;
        switch (*record)
        {
            case NodeRecord.Branch:
                return new() { Kind = SubtreeKind.Branch, Path = path };
            case NodeRecord.Leaf:
                byte* value = NodeCodec.LeafValue(node, length - 1, 0, out int valueLength);
                NodeCodec.ReadLeafKey(node, length - 1, 0, path);
                return Subtree.Leaf(path, value, valueLength);
            case NodeRecord.Extension:
                var branch = new Subtree { Kind = SubtreeKind.Branch, IsReference = true, Path = path };
                branch.Depth = (byte)NodeCodec.ReadExtensionPath(node, length - 1, 0, path);
                branch.Data = NodeCodec.ExtensionReference(node, length - 1, out branch.Length);
                return branch;
            default:
                throw NodeCodec.Bad();
        }
    }

    /// <summary>Writes the record at the empty path, where it is not that of a branch, which is there
    /// already.</summary>
    private void WriteRoot(in Subtree root, bool existed, byte* destination)
    {
        if (root.Kind == SubtreeKind.Empty)
        {
            if (existed) _output.Append(null, 0) = RootKey;
            Hash256.OfEmptyTrie.CopyTo(new(destination, 32));
            return;
        }
        if (root.Kind == SubtreeKind.Branch && root.Depth == 0)
        {
            Queue.Add(root.Height, root.Data, root.Length, destination);
            return;
        }
        byte* record = _output.Arena.Reserve(NodeRecord.MaxSize);
        *record = root.Kind == SubtreeKind.Leaf ? NodeRecord.Leaf : NodeRecord.Extension;
        int length = WriteTail(record + 1, root, 0, out int height);
        _output.Arena.Commit(1 + length);
        _output.Append(record, 1 + length) = RootKey;
        Queue.Add(height, record + 1, length, destination);
    }

    private void PutUnchangedRoot(in OpenedRoot root, byte* destination)
    {
        if (root.Record == null)
        {
            Hash256.OfEmptyTrie.CopyTo(new(destination, 32));
            return;
        }
        byte* node = root.Record + 1;
        int length = root.Length - 1;
        if (root.IsBranch)
        {
            BranchRecord.Parse(root.Record, root.Length, out var branch);
            node = branch.Rlp;
            length = branch.RlpLength;
        }
        // UpdateBranch may have given the record's memory back: hash before it is used again.
        Keccak.Hash(new ReadOnlySpan<byte>(node, length)).CopyTo(new Span<byte>(destination, 32));
    }
}
