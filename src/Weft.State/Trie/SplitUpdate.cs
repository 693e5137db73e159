using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>Changes of one trie, in any order; the accounts come with their plan. Safe: the keys stay until the update
/// is over.</summary>
internal readonly unsafe struct KeyedChanges(
    Hash256? owner, Hash256* keys, int count, LeafValues values, UpdatePlan? plan)
{
    public Hash256? Owner { get; } = owner;
    public Hash256* Keys { get; } = keys;
    public int Count { get; } = count;
    public LeafValues Values { get; } = values;
    public UpdatePlan? Plan { get; } = plan;
}

/// <summary>
/// The update of one large trie by all workers: each takes first nibbles, and the caller puts the sixteen subtrees
/// together. Safe: all pointers go to buffers of this object, or of the walkers, which stay until the update is over.
/// </summary>
internal sealed unsafe class SplitUpdate(TrieWalker[] walkers) : ISharedWork, IDisposable
{
    /// <summary>Bits of a key by which keys are put in order before they are sorted: few are far from their place
    /// then.</summary>
    private const int PlaceBits = 10;

    private readonly NativeBuffer<Hash256> _sorted = new();
    private readonly NativeBuffer<ulong> _prefixes = new();
    private readonly NativeBuffer<int> _order = new();
    private readonly int[] _starts = new int[17], _places = new int[1 << PlaceBits];
    private readonly Subtree[] _before = new Subtree[16], _after = new Subtree[16];
    private readonly bool[] _isChanged = new bool[16];

    private KeyedChanges _changes;
    private int _next;

    /// <summary>Updates a trie and writes the digest of its root.</summary>
    public void Run(Workers? workers, in KeyedChanges changes, bool isCleared, byte* destination)
    {
        (_changes, _next) = (changes, -1);
        Distribute();
        var walker = walkers[0];
        Enter(walker);
        var root = walker.OpenRoot(isCleared);
        if (!walker.TrySplit(root, _before))
        {
            // A trie of one leaf, or whose keys all begin alike: one subtree.
            walker.UpdateTrie(root, SortPart(0, changes.Count), destination);
        }
        else
        {
            if (workers is null) Run(0);
            else workers.Run(this);
            walker.JoinRoot(root, _after, _isChanged, destination);
        }
        walker.Queue.Run();
    }

    public void Run(int worker)
    {
        var walker = walkers[worker];
        Enter(walker);
        for (int nibble; (nibble = Interlocked.Increment(ref _next)) < 16;)
        {
            int from = _starts[nibble], count = SortPart(from, _starts[nibble + 1] - from);
            _isChanged[nibble] = count > 0
                && walker.Update(_before[nibble], 1, from, from + count, out _after[nibble]);
        }
        walker.Queue.Run();
    }

    public void Dispose()
    {
        _sorted.Dispose();
        _prefixes.Dispose();
        _order.Dispose();
    }

    private void Enter(TrieWalker walker) =>
        walker.Enter(_changes.Owner, _sorted.Values, _order.Values, _changes.Values);

    /// <summary>Keys by their first nibble and a little more.</summary>
    private void Distribute()
    {
        int count = _changes.Count;
        var keys = _changes.Keys;
        _sorted.Take(count);
        ulong* prefixes = _prefixes.Take(count);
        int* order = _order.Take(count);
        Array.Clear(_places);
        for (int i = 0; i < count; i++) _places[KeyOrder.PrefixOf(keys + i) >> (64 - PlaceBits)]++;
        for (int i = 0, start = 0; i < _places.Length; i++)
        {
            if ((i & (_places.Length / 16 - 1)) == 0) _starts[i >> (PlaceBits - 4)] = start;
            (_places[i], start) = (start, start + _places[i]);
        }
        _starts[16] = count;
        for (int i = 0; i < count; i++)
        {
            ulong prefix = KeyOrder.PrefixOf(keys + i);
            int place = _places[prefix >> (64 - PlaceBits)]++;
            prefixes[place] = prefix;
            order[place] = i;
        }
    }

    private int SortPart(int from, int count)
    {
        int* order = _order.Values + from;
        var sorted = _sorted.Values + from;
        KeyOrder.Sort(_changes.Keys, _prefixes.Values + from, order, count, sorted);
        return _changes.Plan?.Join(sorted, order, count) ?? count;
    }
}
