using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>Collects the nodes on the way to a key from records. Safe: all pointers go into the record read last, which
/// lies on the stack of <see cref="Create"/>.</summary>
internal static unsafe class ProofBuilder
{
    public static List<byte[]> Create(INodeReader nodes, Hash256? owner, in Hash256 key)
    {
        var proof = new List<byte[]>();
        byte* record = stackalloc byte[NodeRecord.MaxSize], path = stackalloc byte[32];
        int depth = 0, length = Read(nodes, owner, key, 0, record);
        if (length == 0) return proof;
        var target = key;
        target.CopyTo(new(path, 32));
        if (*record != NodeRecord.Branch)
        {
            proof.Add(new ReadOnlySpan<byte>(record + 1, length - 1).ToArray());
            if (*record != NodeRecord.Extension || !IsOnWay(record + 1, length - 1, 0, key, out depth)) return proof;
            length = Read(nodes, owner, key, depth, record);
        }
        while (true)
        {
            if (length == 0) throw TrieWalker.Missing(owner, path, depth, null);
            BranchRecord.Parse(record, length, out var branch);
            Add(proof, branch.Rlp, branch.RlpLength);
            int nibble = Nibbles.At(key.Bytes, depth), bit = 1 << nibble;
            if ((branch.Present & bit) == 0) return proof;
            if ((branch.Opaques & bit) != 0)
                throw TrieWalker.Missing(owner, path, depth + 1, branch.Reference(nibble, out _));
            depth++;
            if (((branch.Leaves | branch.Extensions) & bit) != 0)
            {
                byte* node = branch.Tail(nibble, out int nodeLength);
                Add(proof, node, nodeLength);
                bool isLeaf = (branch.Leaves & bit) != 0;
                if (isLeaf || !IsOnWay(node, nodeLength, depth, key, out depth)) return proof;
            }
            length = Read(nodes, owner, key, depth, record);
        }
    }

    private static int Read(INodeReader nodes, Hash256? owner, in Hash256 key, int depth, byte* record)
    {
        var place = owner is { } account ? NodeKey.OfStorage(account, key, depth) : NodeKey.OfAccounts(key, depth);
        return nodes.ReadNode(place, new(record, NodeRecord.MaxSize));
    }

    /// <summary>Whether an extension leads towards the key, and how deep.</summary>
    private static bool IsOnWay(byte* extension, int length, int depth, in Hash256 key, out int end)
    {
        byte* path = stackalloc byte[32];
        key.CopyTo(new(path, 32));
        end = NodeCodec.ReadExtensionPath(extension, length, depth, path);
        return Nibbles.CommonLength(new(path, 32), key.Bytes, 0) >= end;
    }

    /// <summary>Smaller ones are part of the node before; a root stands for itself.</summary>
    private static void Add(List<byte[]> proof, byte* node, int length)
    {
        if (length >= 32 || proof.Count == 0) proof.Add(new ReadOnlySpan<byte>(node, length).ToArray());
    }
}
