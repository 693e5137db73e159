using System.Diagnostics;

namespace Weft.State.Trie;

/// <summary>
/// The storage tries of an update: small ones in groups, each by one worker with its keys hashed together; large ones
/// one after the other, each by all workers. Hashes the keys of the accounts first.
/// Safe: all pointers go to buffers of the plan and of the batches, which stay until the update is over.
/// </summary>
internal sealed unsafe class StorageUpdate(UpdatePlan plan, TrieWalker[] walkers) : ISharedWork, IDisposable
{
    /// <summary>Slots of a group; of a storage from which it is large; keys hashed at a time.</summary>
    private const int GroupSize = 64, LargeMin = 1024, ChunkSize = 512;

    private enum Phase : byte
    {
        AccountKeys, Groups, SlotKeys,
    }

    private readonly SlotBatch[] _batches = [.. walkers.Select(_ => new SlotBatch())];
    private readonly SlotBatch _large = new();
    private readonly List<int> _groupEnds = [];
    private Phase _phase;
    private int _parts;
    private int _next;
    private bool _isShared;

    /// <summary>Afterwards the plan holds the storage roots.</summary>
    public void Run(Workers? workers, SplitUpdate split, NodeSet output)
    {
        _isShared = workers is not null;
        Share(workers, Phase.AccountKeys, ChunksOf(plan.Count));
        foreach (var storage in plan.Storages)
        {
            if (storage.IsCleared) output.MarkCleared(plan.Keys[storage.Account]);
        }
        MakeGroups();
        Share(workers, Phase.Groups, _groupEnds.Count);
        foreach (var storage in plan.Storages)
        {
            if (IsLarge(storage)) RunLarge(workers, split, storage);
        }
    }

    public void Run(int worker)
    {
        for (int part; (part = Interlocked.Increment(ref _next)) < _parts;)
        {
            if (_phase == Phase.Groups)
                RunGroup(walkers[worker], _batches[worker], part == 0 ? 0 : _groupEnds[part - 1], _groupEnds[part]);
            else HashChunk(part * ChunkSize, walkers[worker].Queue);
        }
        walkers[worker].Queue.Run();
    }

    private void HashChunk(int from, HashQueue queue)
    {
        long start = Stopwatch.GetTimestamp();
        bool isSlots = _phase == Phase.SlotKeys;
        int to = Math.Min(isSlots ? _large.Count : plan.Count, from + ChunkSize);
        if (isSlots) _large.HashKeys(from, to);
        else plan.HashKeys(from, to);
        queue.AddKeys(to - from, isSlots ? 32 : 20, start);
    }

    public void Dispose()
    {
        foreach (var batch in _batches) batch.Dispose();
        _large.Dispose();
    }

    private void Share(Workers? workers, Phase phase, int parts)
    {
        (_phase, _parts, _next) = (phase, parts, -1);
        if (workers is null || parts < 2) Run(0);
        else workers.Run(this);
    }

    private static int ChunksOf(int count) => (count + ChunkSize - 1) / ChunkSize;

    private bool IsLarge(in StorageChange storage) => _isShared && storage.Count >= LargeMin;

    private void MakeGroups()
    {
        _groupEnds.Clear();
        int slots = 0;
        for (int i = 0; i < plan.Storages.Count; i++)
        {
            if (!IsLarge(plan.Storages[i])) slots += plan.Storages[i].Count;
            if (slots < GroupSize && i + 1 < plan.Storages.Count) continue;
            _groupEnds.Add(i + 1);
            slots = 0;
        }
    }

    private void RunGroup(TrieWalker walker, SlotBatch batch, int from, int to)
    {
        int count = 0;
        for (int i = from; i < to; i++) count += IsLarge(plan.Storages[i]) ? 0 : plan.Storages[i].Count;
        batch.Clear(count);
        for (int i = from; i < to; i++)
        {
            if (!IsLarge(plan.Storages[i]) && plan.Storages[i].Slots is { } slots) batch.Add(slots);
        }
        long hashing = Stopwatch.GetTimestamp();
        batch.HashKeys(0, count);
        walker.Queue.AddKeys(count, 32, hashing);
        for (int i = from, start = 0; i < to; i++)
        {
            var storage = plan.Storages[i];
            if (IsLarge(storage)) continue;
            batch.Sort(start, storage.Count);
            Enter(walker, batch, storage, start);
            if (!storage.IsCleared) walker.Prefetch(0, 0, Math.Min(GroupSize, storage.Count));
            start += storage.Count;
        }
        for (int i = from, start = 0; i < to; i++)
        {
            var storage = plan.Storages[i];
            if (IsLarge(storage)) continue;
            Enter(walker, batch, storage, start);
            var root = walker.OpenRoot(storage.IsCleared);
            walker.UpdateTrie(root, storage.Count, (byte*)&plan.Changes[storage.Account].StorageRoot);
            start += storage.Count;
        }
    }

    private void Enter(TrieWalker walker, SlotBatch batch, in StorageChange storage, int start) => walker.Enter(
        plan.Keys[storage.Account], batch.SortedKeys + start, batch.Order + start, batch.Values);

    private void RunLarge(Workers? workers, SplitUpdate split, in StorageChange storage)
    {
        _large.Clear(storage.Count);
        _large.Add(storage.Slots!);
        Share(workers, Phase.SlotKeys, ChunksOf(storage.Count));
        var changes = new KeyedChanges(
            plan.Keys[storage.Account], _large.Keys, storage.Count, _large.Values, null);
        split.Run(workers, changes, storage.IsCleared, (byte*)&plan.Changes[storage.Account].StorageRoot);
    }
}
