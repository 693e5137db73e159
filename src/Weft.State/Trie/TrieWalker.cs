using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>
/// Applies sorted changes to one trie at a time, top down: reads each record on the way once, into the memory of its
/// result, changes it there where the structure stays, and leaves hashes to the queue. One thread. Recursion goes at
/// most 64 levels deep, one for each nibble.
/// Safe: every pointer goes into an arena of the walker or of its output, or to the keys of the update; all of these
/// stay in place until the update is over.
/// </summary>
internal sealed unsafe partial class TrieWalker : IDisposable
{
    /// <summary>Jobs that are hashed together at most: their records still lie in the second-level cache.</summary>
    private const int QueuedMax = 1024;

    /// <summary>Changes whose records are fetched ahead: a few hundred KiB.</summary>
    private const int PrefetchedMax = 64;

    /// <summary>Hints that are kept, eight a key.</summary>
    private const int HintCount = 2048;

    private readonly RecordArena _scratch = new();
    private readonly Subtree* _subtrees = (Subtree*)NativeMemory.Alloc(65 * 16, (nuint)sizeof(Subtree));
    private readonly NodeKey[] _announced = new NodeKey[INodeReader.PrefetchMax];
    private readonly int[] _hintsOfAnnounced = new int[INodeReader.PrefetchMax];
    private readonly RecordHint[] _newHints = new RecordHint[INodeReader.PrefetchMax];
    private readonly RecordHint[] _hints = new RecordHint[HintCount];
    private readonly ReadDepths _reads = new();
    private Subtree[] _live = new Subtree[64];
    private int _liveCount;

    private INodeReader _nodes = null!;
    private NodeTable _output = null!;
    private Hash256* _keys;
    private int* _indices;
    private LeafValues _values = null!;
    private Hash256 _owner;
    private bool _isStorage;

    public HashQueue Queue { get; } = new();

    /// <summary>Begins an update. What the walker gave out before is invalid.</summary>
    public void Begin(INodeReader nodes, NodeTable output)
    {
        (_nodes, _output) = (nodes, output);
        _scratch.Clear();
        _reads.Fade();
        // They may be those of another reader.
        Array.Clear(_hints);
        Queue.Clear();
        _liveCount = 0;
    }

    /// <summary>Turns to the trie of accounts, or to the storage trie of <paramref name="owner"/>.</summary>
    /// <param name="owner">Null for the accounts.</param>
    /// <param name="keys">The changed keys.</param>
    /// <param name="indices">By which <paramref name="values"/> knows them.</param>
    /// <param name="values">What they are to hold.</param>
    public void Enter(Hash256? owner, Hash256* keys, int* indices, LeafValues values)
    {
        (_owner, _isStorage) = (owner ?? default, owner.HasValue);
        _keys = keys;
        _indices = indices;
        _values = values;
    }

    public void Dispose()
    {
        _scratch.Dispose();
        NativeMemory.Free(_subtrees);
    }

    /// <summary>Applies the changes of a range, whose keys share <paramref name="depth"/> nibbles, to what is there.
    /// </summary>
    /// <returns>False when nothing changes; the result is what was there.</returns>
    public bool Update(in Subtree existing, int depth, int from, int to, out Subtree result)
    {
        switch (existing.Kind)
        {
            case SubtreeKind.Empty:
                return Build(depth, from, to, out result);
            case SubtreeKind.Leaf:
                return UpdateLeaf(existing, depth, from, to, out result);
            case SubtreeKind.Branch:
                return UpdateBelow(existing, depth, from, to, out result);
            default:
                throw Missing((byte*)(_keys + from), depth, existing.Data);
        }
    }

    private bool Build(int depth, int from, int to, out Subtree result)
    {
        int start = _liveCount;
        for (int i = from; i < to; i++) AddLive(i);
        Plant(start, depth, out result);
        return result.Kind != SubtreeKind.Empty;
    }

    /// <summary>The leaf goes among the changes, at its place in their order.</summary>
    private bool UpdateLeaf(in Subtree leaf, int depth, int from, int to, out Subtree result)
    {
        int start = _liveCount;
        bool isChanged = false, isPlaced = false;
        for (int i = from; i < to; i++)
        {
            int order = isPlaced ? -1 : Compare(leaf.Path, (byte*)(_keys + i));
            if (order <= 0 && !isPlaced)
            {
                isPlaced = true;
                if (order == 0)
                {
                    isChanged |= ReplaceLive(leaf, i);
                    continue;
                }
                AddLive(leaf);
            }
            isChanged |= AddLive(i);
        }
        if (!isPlaced) AddLive(leaf);
        if (isChanged)
        {
            Plant(start, depth, out result);
            return true;
        }
        _liveCount = start;
        result = leaf;
        return false;
    }

    /// <summary>A branch, perhaps with an extension above it, which changes may part.</summary>
    private bool UpdateBelow(in Subtree branch, int depth, int from, int to, out Subtree result)
    {
        int end = branch.Depth;
        if (end > depth)
        {
            // Deleting what is not there must not part the extension; in between, such changes do no harm.
            while (from < to && Common(from, branch) < end && IsDeletion(from)) from++;
            while (from < to && Common(to - 1, branch) < end && IsDeletion(to - 1)) to--;
            result = branch;
            if (from == to) return false;
            // Keys are sorted: what first and last share with the path, all between do.
            int common = Math.Min(Common(from, branch), Common(to - 1, branch));
            if (common < end)
            {
                Part(branch, common, from, to, out result);
                return true;
            }
        }
        byte* record = ReadRecord(branch.Path, end, (byte*)(_keys + from), out int length);
        return UpdateBranch(branch, record, length, from, to, out result);
    }

    /// <summary>A new branch where changes leave the path of an extension.</summary>
    private void Part(in Subtree branch, int depth, int from, int to, out Subtree result)
    {
        var subtrees = _subtrees + 16 * depth;
        int own = NodeCodec.Nibble(branch.Path, depth), changed = 1 << own;
        subtrees[own] = branch;
        for (int start = from, end; start < to; start = end)
        {
            int nibble = GroupAt(depth, start, to, out end);
            if (nibble == own) Update(branch, depth + 1, start, end, out subtrees[nibble]);
            else Build(depth + 1, start, end, out subtrees[nibble]);
            changed |= 1 << nibble;
        }
        Assemble((byte*)(_keys + from), depth, default, changed, 0, out result);
    }

    /// <summary>Applies changes to a branch whose record, in the arena of the output, is this walk's own.</summary>
    private bool UpdateBranch(
        in Subtree branch, byte* record, int length, int from, int to, out Subtree result)
    {
        int depth = branch.Depth;
        BranchRecord.Parse(record, length, out var old);
        var subtrees = _subtrees + 16 * depth;
        int changed = 0, patched = 0;
        bool isWide = to - from > PrefetchedMax;
        if (isWide) PrefetchGroup(depth, from, to);
        for (int start = from, end; start < to; start = end)
        {
            int nibble = GroupAt(depth, start, to, out end), bit = 1 << nibble;
            if (isWide && end < to) PrefetchGroup(depth, end, to);
            if ((old.Leaves & bit) != 0 && end == start + 1)
            {
                var effect = ChangeLeaf(old, nibble, depth + 1, start, out subtrees[nibble]);
                if (effect == Effect.InPlace) patched |= bit;
                else if (effect == Effect.Replaced) changed |= bit;
                continue;
            }
            ChildOf(old, (byte*)(_keys + start), depth, nibble, out var child);
            if (Update(child, depth + 1, start, end, out subtrees[nibble])) changed |= bit;
        }
        if ((changed | patched) == 0)
        {
            _output.Arena.Rewind(record);
            result = branch;
            return false;
        }
        Finish(branch, record, length, old, changed, patched, out result);
        return true;
    }

    private void Finish(
        in Subtree branch, byte* record, int length, in BranchRecord old, int changed, int patched, out Subtree result)
    {
        if (CanPatch(old, branch.Depth, changed)) Patch(branch, record, length, old, changed, patched, out result);
        else Assemble(branch.Path, branch.Depth, old, changed, patched, out result);
    }

    private enum Effect : byte
    {
        None, InPlace, Replaced,
    }

    /// <summary>One change where a leaf is: in place when it is that leaf's and its length stays.</summary>
    private Effect ChangeLeaf(in BranchRecord old, int nibble, int depth, int change, out Subtree result)
    {
        byte* leaf = old.Tail(nibble, out int length), key = (byte*)(_keys + change);
        byte* value = NodeCodec.LeafValue(leaf, length, depth, out int valueLength);
        if (!NodeCodec.IsLeafOf(leaf, length, key, depth))
        {
            ChildOf(old, key, depth - 1, nibble, out var child);
            return Update(child, depth, change, change + 1, out result) ? Effect.Replaced : Effect.None;
        }
        byte* fresh = _scratch.Reserve(NodeRecord.MaxValueSize);
        int freshLength = _values.Resolve(_indices[change], value, valueLength, fresh);
        result = default;
        if (freshLength == 0) return Effect.Replaced;
        if (freshLength == valueLength
            && NodeCodec.ItemSize(fresh, freshLength) == NodeCodec.ItemSize(value, valueLength))
        {
            if (new ReadOnlySpan<byte>(fresh, freshLength).SequenceEqual(new(value, valueLength))) return Effect.None;
            NodeCodec.Copy(fresh, value, freshLength);
            return Effect.InPlace;
        }
        _scratch.Commit(freshLength);
        result = Subtree.Leaf(key, fresh, freshLength);
        return Effect.Replaced;
    }

    /// <summary>What hangs below a branch now; <paramref name="path"/> shares its path.</summary>
    private void ChildOf(in BranchRecord record, byte* path, int depth, int nibble, out Subtree child)
    {
        int bit = 1 << nibble;
        child = default;
        if ((record.Present & bit) == 0) return;
        if ((record.Leaves & bit) != 0)
        {
            byte* leaf = record.Tail(nibble, out int length);
            child.Kind = SubtreeKind.Leaf;
            child.Path = CopyPath(path, depth, nibble);
            child.Data = NodeCodec.LeafValue(leaf, length, depth + 1, out child.Length);
            NodeCodec.ReadLeafKey(leaf, length, depth + 1, child.Path);
            return;
        }
        child.Kind = SubtreeKind.Branch;
        child.IsReference = true;
        if ((record.Extensions & bit) != 0)
        {
            byte* extension = record.Tail(nibble, out int length);
            child.Path = CopyPath(path, depth, nibble);
            child.Depth = (byte)NodeCodec.ReadExtensionPath(extension, length, depth + 1, child.Path);
            child.Data = NodeCodec.ExtensionReference(extension, length, out child.Length);
            return;
        }
        child.Data = record.Reference(nibble, out child.Length);
        if ((record.Opaques & bit) != 0) child.Kind = SubtreeKind.Opaque;
        child.Depth = (byte)(depth + 1);
        // The caller's path leads to this very child when it is a changed key; otherwise the nibble must be set.
        child.Path = NodeCodec.Nibble(path, depth) == nibble ? path : CopyPath(path, depth, nibble);
    }

    private byte* CopyPath(byte* path, int depth, int nibble)
    {
        byte* copy = _scratch.Copy(new(path, 32));
        NodeCodec.SetNibble(copy, depth, nibble);
        return copy;
    }

    /// <summary>Records of the next group come into the cache while the one before is worked on; it is one group, for
    /// more would drive each other out.</summary>
    private void PrefetchGroup(int depth, int start, int to)
    {
        int last = Math.Min(to, start + PrefetchedMax);
        GroupAt(depth, start, last, out int end);
        Prefetch(depth + 1, start, end);
    }

    /// <summary>Announces the records on the ways to some keys, from a depth on, each once: as places are known without
    /// looking, all of them can be fetched at the same time.</summary>
    public void Prefetch(int depth, int from, int to)
    {
        _values.Prefetch(new(_indices + from, to - from));
        int end = _reads.DeepestCommon(_isStorage), known = depth - 1, count = 0;
        for (int i = from; i < to; i++)
        {
            byte* key = (byte*)(_keys + i);
            if (i > from) known = Nibbles.CommonLength(new(key, 32), new(key - 32, 32), 0);
            for (int next = Math.Max(known + 1, depth); next <= end; next++)
            {
                if (count == _announced.Length) Announce(ref count);
                _hintsOfAnnounced[count] = HintNumber(key, next);
                KeyOf(key, next, out _announced[count++]);
            }
        }
        if (count > 0) Announce(ref count);
    }

    private void Announce(ref int count)
    {
        var hints = _newHints.AsSpan(0, count);
        _nodes.Prefetch(_announced.AsSpan(0, count), hints);
        for (int i = 0; i < hints.Length; i++) _hints[_hintsOfAnnounced[i]] = hints[i];
        count = 0;
    }

    /// <summary>Where the hint for the record above a key goes, and those of its neighbours go elsewhere.</summary>
    private static int HintNumber(byte* key, int depth) => ((int)((nuint)key / 32) * 8 + depth) & (HintCount - 1);

    /// <param name="first">The first of the changed keys below.</param>
    private byte* ReadRecord(byte* path, int depth, byte* first, out int length)
    {
        byte* record = _output.Arena.Reserve(NodeRecord.MaxSize);
        KeyOf(path, depth, out var key);
        length = _nodes.ReadNode(key, _hints[HintNumber(first, depth)], new(record, NodeRecord.MaxSize));
        if (length == 0) throw Missing(path, depth, null);
        _reads.Count(_isStorage, depth);
        _output.Arena.Commit(length);
        return record;
    }

    private void KeyOf(byte* path, int depth, out NodeKey key) =>
        NodeKey.Write(out key, _isStorage, _owner, *(Hash256*)path, depth);

    /// <summary>The record at a place is another one now, or none.</summary>
    private void Put(byte* path, int depth, byte* record, int length) =>
        KeyOf(path, depth, out _output.Append(record, length));

    /// <summary>The nibble of the first key of a range, and where the keys with that nibble end.</summary>
    private int GroupAt(int depth, int start, int to, out int end)
    {
        int nibble = NodeCodec.Nibble((byte*)(_keys + start), depth);
        end = start + 1;
        while (end < to && NodeCodec.Nibble((byte*)(_keys + end), depth) == nibble) end++;
        return nibble;
    }

    private int Common(int change, in Subtree branch) => Math.Min(
        branch.Depth, Nibbles.CommonLength(new(_keys + change, 32), new(branch.Path, 32), 0));

    private bool IsDeletion(int change) =>
        _values.Resolve(_indices[change], null, 0, _scratch.Reserve(NodeRecord.MaxValueSize)) == 0;

    private static int Compare(byte* a, byte* b) =>
        new ReadOnlySpan<byte>(a, 32).SequenceCompareTo(new ReadOnlySpan<byte>(b, 32));

    private InvalidDataException Missing(byte* path, int depth, byte* reference) =>
        Missing(_isStorage ? _owner : null, path, depth, reference);

    /// <summary>Says which node is not known.</summary>
    public static InvalidDataException Missing(Hash256? owner, byte* path, int depth, byte* reference)
    {
        string nibbles = Hex.Encode(new ReadOnlySpan<byte>(path, 32))[2..(2 + depth)];
        string trie = owner is { } account ? $"storage trie of {account}" : "state trie";
        string hash = reference == null
            ? "" : " with the hash " + Hex.Encode(new ReadOnlySpan<byte>(reference + 1, 32));
        return new($"the {trie} lacks the node at path '{nibbles}'{hash}");
    }
}
