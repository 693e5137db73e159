using System.Diagnostics;
using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>
/// Computes the root of a state from its changes (Yellow Paper 4.1, appendix D): a function from the nodes before and
/// the changes to the root and the nodes after. Holds threads and buffers, no state. One update at a time.
/// </summary>
public sealed unsafe class StateTrie : IDisposable
{
    /// <summary>Changes below which waking other threads costs more than they save.</summary>
    private const int SharedMin = 256;

    private readonly UpdatePlan _plan = new();
    private readonly TrieWalker[] _walkers;
    private readonly StorageUpdate _storage;
    private readonly SplitUpdate _split;

    /// <summary>Started with the first update that is worth it.</summary>
    private Workers? _workers;

    /// <param name="threads">1 to 256; the calling thread is one of them.</param>
    public StateTrie(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, 256);
        _walkers = new TrieWalker[threads];
        for (int i = 0; i < threads; i++) _walkers[i] = new();
        _split = new(_walkers);
        _storage = new(_plan, _walkers);
    }

    /// <summary>Time that the threads of the last update spent hashing, added up.</summary>
    public TimeSpan HashTime => TimeSpan.FromTicks(
        _walkers.Sum(walker => walker.Queue.Ticks) * TimeSpan.TicksPerSecond / Stopwatch.Frequency);

    /// <summary>Takes the length of every message that is hashed from now on, for benchmarks; one thread only.</summary>
    public void RecordLengths(List<int>? lengths) => _walkers[0].Queue.Lengths = lengths;

    /// <summary>The root after <paramref name="changes"/>. Every record that changed goes to
    /// <paramref name="output"/>, which is cleared first; <paramref name="nodes"/> stays as it is.</summary>
    /// <exception cref="InvalidDataException"><paramref name="nodes"/> lacks what is needed.</exception>
    public Hash256 Update(INodeReader nodes, StateChanges changes, NodeSet output)
    {
        output.Clear();
        for (int i = 0; i < _walkers.Length; i++) _walkers[i].Begin(nodes, output.GetTable(i));
        _plan.Load(changes);
        bool isShared = _walkers.Length > 1 && _plan.Size >= SharedMin;
        var workers = isShared ? _workers ??= new(_walkers.Length) : null;
        _storage.Run(workers, _split, output);
        return UpdateAccounts(workers, output);
    }

    public void Dispose()
    {
        _workers?.Dispose();
        foreach (var walker in _walkers) walker.Dispose();
        _storage.Dispose();
        _split.Dispose();
        _plan.Dispose();
    }

    private Hash256 UpdateAccounts(Workers? workers, NodeSet output)
    {
        // Safe: the root is on this stack frame while the queue runs.
        Hash256 root;
        var values = new AccountValues(_plan.Changes);
        var accounts = new KeyedChanges(null, _plan.Keys, _plan.Count, values, _plan);
        _split.Run(workers, accounts, false, (byte*)&root);
        for (int i = 0; values.DropsStorage && i < _plan.Count; i++)
        {
            ref readonly var change = ref _plan.Changes[i];
            if (!change.DropsStorage) continue;
            // Records of the set are there only when slots came with the change.
            if (change.HasStorageRoot) output.ClearOwner(_plan.Keys[i]);
            else output.MarkCleared(_plan.Keys[i]);
        }
        return root;
    }
}
