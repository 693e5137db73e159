using System.Diagnostics;
using System.Numerics;

namespace Weft.State.Trie;

// New nodes: from leaves, and from what an old branch and the changes below it leave.
internal sealed unsafe partial class TrieWalker
{
    // ---- Leaves that are to be, in order; a list used as a stack by the levels of the recursion ----

    private bool AddLive(int change)
    {
        byte* value = _scratch.Reserve(NodeRecord.MaxValueSize);
        int length = _values.Resolve(_indices[change], null, 0, value);
        if (length == 0) return false;
        _scratch.Commit(length);
        AddLive(Subtree.Leaf((byte*)(_keys + change), value, length));
        return true;
    }

    /// <summary>The change of a leaf that is there; true when it is one.</summary>
    private bool ReplaceLive(in Subtree leaf, int change)
    {
        byte* value = _scratch.Reserve(NodeRecord.MaxValueSize);
        int length = _values.Resolve(_indices[change], leaf.Data, leaf.Length, value);
        if (length == 0) return true;
        if (new ReadOnlySpan<byte>(value, length).SequenceEqual(new(leaf.Data, leaf.Length)))
        {
            AddLive(leaf);
            return false;
        }
        _scratch.Commit(length);
        AddLive(Subtree.Leaf(leaf.Path, value, length));
        return true;
    }

    private void AddLive(in Subtree leaf)
    {
        if (_liveCount == _live.Length) Array.Resize(ref _live, 2 * _liveCount);
        _live[_liveCount++] = leaf;
    }

    /// <summary>Makes a subtree of the leaves from <paramref name="start"/> on and removes them from the
    /// list.</summary>
    private void Plant(int start, int depth, out Subtree result)
    {
        if (_liveCount == start) result = default;
        else Plant(start, _liveCount, depth, out result);
        _liveCount = start;
    }

    private void Plant(int from, int to, int depth, out Subtree result)
    {
        result = _live[from];
        if (to == from + 1) return;
        byte* first = _live[from].Path, last = _live[to - 1].Path;
        int common = Nibbles.CommonLength(new(first, 32), new(last, 32), depth), present = 0;
        var subtrees = _subtrees + 16 * common;
        for (int start = from, end; start < to; start = end)
        {
            int nibble = NodeCodec.Nibble(_live[start].Path, common);
            end = start + 1;
            while (end < to && NodeCodec.Nibble(_live[end].Path, common) == nibble) end++;
            Plant(start, end, common + 1, out subtrees[nibble]);
            present |= 1 << nibble;
        }
        Assemble(first, common, default, present, 0, out result);
    }

    // ---- Branches ----

    /// <summary>Whether every changed child of a branch takes the old one's place byte for byte but for its
    /// hash.</summary>
    private bool CanPatch(in BranchRecord old, int depth, int changed)
    {
        for (int rest = changed; rest != 0; rest &= rest - 1)
        {
            int nibble = BitOperations.TrailingZeroCount(rest), bit = 1 << nibble;
            ref readonly var subtree = ref _subtrees[16 * depth + nibble];
            if (subtree.Kind != SubtreeKind.Branch || subtree.ReferenceLength != 33 || (old.Inlined & bit) != 0)
                return false;
            if (subtree.Depth == depth + 1 ? (old.Branches & bit) == 0 : !IsSameExtension(old, nibble, depth, subtree))
                return false;
        }
        return true;
    }

    private static bool IsSameExtension(in BranchRecord old, int nibble, int depth, in Subtree subtree)
    {
        if ((old.Extensions >> nibble & 1) == 0) return false;
        byte* extension = old.Tail(nibble, out int length), path = stackalloc byte[32];
        NodeCodec.ExtensionReference(extension, length, out int referenceLength);
        // A shorter or longer one would not lead to the same branch; one of the same length does.
        return referenceLength == 33
            && NodeCodec.ReadExtensionPath(extension, length, depth + 1, path) == subtree.Depth
            && HasPath(path, subtree.Path, depth + 1, subtree.Depth);
    }

    private static bool HasPath(byte* a, byte* b, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            if (NodeCodec.Nibble(a, i) != NodeCodec.Nibble(b, i)) return false;
        }
        return true;
    }

    /// <summary>Keeps a record whose leaves were changed in place, with the hashes of the children to come.</summary>
    private void Patch(
        in Subtree branch, byte* record, int length, in BranchRecord old, int changed, int patched, out Subtree result)
    {
        int height = 0;
        for (int rest = changed | patched; rest != 0; rest &= rest - 1)
        {
            int nibble = BitOperations.TrailingZeroCount(rest);
            byte* reference = old.Reference(nibble, out int referenceLength);
            if ((patched >> nibble & 1) != 0)
            {
                byte* leaf = old.Tail(nibble, out int leafLength);
                if (leafLength < 32) NodeCodec.Copy(leaf, reference, referenceLength);
                else height = Math.Max(height, Enqueue(0, leaf, leafLength, reference + 1));
                continue;
            }
            ref readonly var subtree = ref _subtrees[16 * branch.Depth + nibble];
            if (subtree.Depth == branch.Depth + 1)
            {
                height = Math.Max(height, PutReference(subtree, reference));
                continue;
            }
            byte* extension = old.Tail(nibble, out int extensionLength);
            int below = PutReference(subtree, NodeCodec.ExtensionReference(extension, extensionLength, out _));
            height = Math.Max(height, Enqueue(below, extension, extensionLength, reference + 1));
        }
        Put(branch.Path, branch.Depth, record, length);
        Subtree.SetBranch(out result, branch.Path, branch.Depth, height, old.Rlp, old.RlpLength);
        FlushIfFull();
    }

    /// <summary>The subtree of a branch with the children in <paramref name="changed"/> as they are now, the others as
    /// the old record has them, leaves in <paramref name="patched"/> changed in place there.</summary>
    private void Assemble(byte* path, int depth, in BranchRecord old, int changed, int patched, out Subtree result)
    {
        int present = old.Present & ~changed;
        for (int rest = changed; rest != 0; rest &= rest - 1)
        {
            int nibble = BitOperations.TrailingZeroCount(rest);
            if (_subtrees[16 * depth + nibble].Kind != SubtreeKind.Empty) present |= 1 << nibble;
        }
        if (BitOperations.IsPow2(present) || present == 0)
        {
            // The root's place may hold another form; who asked for the root decides.
            if (old.Present != 0 && depth > 0) Put(path, depth, null, 0);
            result = default;
            if (present == 0) return;
            int nibble = BitOperations.TrailingZeroCount(present);
            if ((present & changed) != 0) result = _subtrees[16 * depth + nibble];
            else ChildOf(old, path, depth, nibble, out result);
            if (result.Kind != SubtreeKind.Opaque) return;
            throw Missing(CopyPath(path, depth, nibble), depth + 1, result.Data);
        }
        WriteBranch(path, depth, old, present, changed, patched, out result);
        FlushIfFull();
    }

    /// <summary>A child of a branch that is being written.</summary>
    private struct Child
    {
        /// <summary>A leaf or an extension: its node in the new record.</summary>
        public byte* Tail;
        public int TailLength, TailHeight;

        /// <summary>Bytes that the branch holds for it.</summary>
        public int ReferenceLength;
    }

    private void WriteBranch(
        byte* path, int depth, in BranchRecord old, int present, int changed, int patched, out Subtree result)
    {
        byte* record = _output.Arena.Reserve(NodeRecord.MaxSize);
        var masks = MasksOf(depth, old, changed);
        int tails = masks.Leaves | masks.Extensions;
        var children = stackalloc Child[16];
        byte* rlp = WriteTails(record, depth, old, tails, changed, children);
        int payload = 17 - BitOperations.PopCount((uint)present), inlined = 0;
        for (int rest = present; rest != 0; rest &= rest - 1)
        {
            int nibble = BitOperations.TrailingZeroCount(rest), bit = 1 << nibble;
            ref int length = ref children[nibble].ReferenceLength;
            if ((tails & bit) != 0) length = children[nibble].TailLength is < 32 and var inside ? inside : 33;
            else if ((changed & bit) != 0) length = _subtrees[16 * depth + nibble].ReferenceLength;
            else old.Reference(nibble, out length);
            payload += length;
            if (length < 33) inlined |= bit;
        }
        WriteMasks(record, masks, inlined);
        byte* at = NodeCodec.WriteListHeader(rlp, payload), end = at + payload;
        int height = present == old.Present && (inlined | old.Inlined) == 0
            ? ReplaceReferences(at, depth, old, tails, changed, patched, children)
            : WriteReferences(at, depth, old, present, tails, changed, patched, children);
        Debug.Assert(end <= record + NodeRecord.MaxSize, "sixteen leaves fit");
        int size = (int)(end - record);
        _output.Arena.Commit(size);
        Put(path, depth, record, size);
        Subtree.SetBranch(out result, path, depth, height, rlp, (int)(end - rlp));
    }

    /// <summary>The leaves and extensions of a new record, with their lengths; returns where they end.</summary>
    private byte* WriteTails(byte* record, int depth, in BranchRecord old, int tails, int changed, Child* children)
    {
        byte* lengths = record + NodeRecord.MasksSize, at = lengths + BitOperations.PopCount((uint)tails);
        for (int rest = tails; rest != 0; rest &= rest - 1)
        {
            int nibble = BitOperations.TrailingZeroCount(rest);
            ref var child = ref children[nibble];
            child.Tail = at;
            child.TailHeight = 0;
            child.TailLength = (changed >> nibble & 1) != 0
                ? WriteTail(at, _subtrees[16 * depth + nibble], depth + 1, out child.TailHeight)
                : CopyTail(at, old, nibble);
            *lengths++ = (byte)child.TailLength;
            at += child.TailLength;
        }
        return at;
    }

    /// <summary>As below, where every child stays where it is and is hashed: what does not change is one
    /// copy.</summary>
    private int ReplaceReferences(
        byte* items, int depth, in BranchRecord old, int tails, int changed, int patched, Child* children)
    {
        byte* oldItems = old.Reference(0);
        NodeCodec.Copy(oldItems, items, (int)(old.Rlp + old.RlpLength - oldItems));
        int height = 0;
        for (int rest = changed | patched; rest != 0; rest &= rest - 1)
        {
            int nibble = BitOperations.TrailingZeroCount(rest);
            byte* item = items + (old.Reference(nibble) - oldItems);
            ref readonly var child = ref children[nibble];
            int above = (tails >> nibble & 1) != 0
                ? Enqueue(child.TailHeight, child.Tail, child.TailLength, item + 1)
                : PutReference(_subtrees[16 * depth + nibble], item);
            height = Math.Max(height, above);
        }
        return height;
    }

    /// <summary>The seventeen items of a branch; returns the height of what waits for its digest.</summary>
    private int WriteReferences(
        byte* at, int depth, in BranchRecord old, int present, int tails, int changed, int patched, Child* children)
    {
        int height = 0;
        for (int nibble = 0; nibble < 16; nibble++)
        {
            int bit = 1 << nibble;
            if ((present & bit) == 0)
            {
                *at++ = 0x80;
                continue;
            }
            ref readonly var child = ref children[nibble];
            int length = child.ReferenceLength, below = 0;
            if ((tails & bit) != 0 && length < 33) NodeCodec.Copy(child.Tail, at, length);
            else if ((tails & (changed | patched) & bit) != 0)
            {
                *at = 0xa0;
                below = Enqueue(child.TailHeight, child.Tail, child.TailLength, at + 1);
            }
            else if ((changed & bit) != 0) below = PutReference(_subtrees[16 * depth + nibble], at);
            else NodeCodec.Copy(old.Reference(nibble, out _), at, length);
            height = Math.Max(height, below);
            at += length;
        }
        *at = 0x80;
        return height;
    }

    private (int Leaves, int Extensions, int Branches, int Opaques) MasksOf(int depth, in BranchRecord old, int changed)
    {
        int leaves = old.Leaves & ~changed, extensions = old.Extensions & ~changed;
        int branches = old.Branches & ~changed;
        for (int rest = changed; rest != 0; rest &= rest - 1)
        {
            int nibble = BitOperations.TrailingZeroCount(rest), bit = 1 << nibble;
            ref readonly var subtree = ref _subtrees[16 * depth + nibble];
            if (subtree.Kind == SubtreeKind.Leaf) leaves |= bit;
            else if (subtree.Kind == SubtreeKind.Branch && subtree.Depth == depth + 1) branches |= bit;
            else if (subtree.Kind == SubtreeKind.Branch) extensions |= bit;
        }
        return (leaves, extensions, branches, old.Opaques & ~changed);
    }

    private static void WriteMasks(
        byte* record, (int Leaves, int Extensions, int Branches, int Opaques) masks, int inlined)
    {
        record[0] = NodeRecord.Branch;
        ReadOnlySpan<int> sets = [masks.Leaves, masks.Extensions, masks.Branches, masks.Opaques, inlined];
        for (int i = 0; i < sets.Length; i++)
        {
            record[1 + 2 * i] = (byte)sets[i];
            record[2 + 2 * i] = (byte)(sets[i] >> 8);
        }
    }

    /// <summary>The node of a leaf or of an extension that a branch is to hold; the height says when it can be
    /// hashed.</summary>
    private int WriteTail(byte* target, in Subtree subtree, int depth, out int height)
    {
        height = 0;
        if (subtree.Kind == SubtreeKind.Leaf)
            return NodeCodec.WriteLeaf(target, subtree.Path, depth, subtree.Data, subtree.Length);
        int referenceLength = subtree.ReferenceLength;
        byte* reference = NodeCodec.WriteExtension(target, subtree.Path, depth, subtree.Depth, referenceLength);
        height = PutReference(subtree, reference);
        return (int)(reference + referenceLength - target);
    }

    private static int CopyTail(byte* target, in BranchRecord old, int nibble)
    {
        byte* tail = old.Tail(nibble, out int length);
        NodeCodec.Copy(tail, target, length);
        return length;
    }

    /// <summary>Writes what a parent holds for a branch; returns the height of what contains it.</summary>
    private int PutReference(in Subtree branch, byte* target)
    {
        if (branch.IsReference || branch.Length < 32)
        {
            NodeCodec.Copy(branch.Data, target, branch.Length);
            return 0;
        }
        *target = 0xa0;
        return Enqueue(branch.Height, branch.Data, branch.Length, target + 1);
    }

    /// <summary>Returns the height of what waits for the digest.</summary>
    private int Enqueue(int height, byte* source, int length, byte* destination)
    {
        Queue.Add(height, source, length, destination);
        return height + 1;
    }

    /// <summary>At a moment when all that waits is complete but for what waits below it.</summary>
    private void FlushIfFull()
    {
        if (Queue.Count >= QueuedMax) Queue.Run();
    }
}
