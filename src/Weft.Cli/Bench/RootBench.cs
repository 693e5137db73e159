using System.Diagnostics;
using Weft.Primitives;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Cli.Bench;

internal readonly record struct RootBenchSize(
    int Accounts, int Contracts, int Slots, int Blocks, int Changes, int Threads);

/// <summary>Medians over the blocks, in milliseconds. The times of hashing are those of one thread; bare is what the same
/// messages take one behind the other in one batch.</summary>
internal sealed record RootFigures(
    double Build, long Records, long RecordBytes, double One, double Many, double OneMin, double ManyMin, double Ratio,
    double Hashing, double Bare,
    double HashingMany, int Messages, int HashBlocks, long AllocatedBytes, Hash256 Root, Hash256 OtherRoot);

/// <summary>Updates two equal tries block by block in turns, one with one thread, one with more.</summary>
internal sealed class RootBench : IDisposable
{
    private const int BuildStep = 100_000, WarmUpBlocks = 5;

    private readonly RootBenchSize _size;
    private readonly Engine _one, _many;
    private readonly Random _random = new(1);
    private readonly List<int> _lengths = [];

    public RootBench(RootBenchSize size)
    {
        _size = size;
        (_one, _many) = (new(1), new(size.Threads));
    }

    /// <summary><paramref name="done"/> is called after each step, of which there are <see cref="StepCount"/>.</summary>
    public RootFigures Run(Action done, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        foreach (var step in BuildSteps())
        {
            cancellation.ThrowIfCancellationRequested();
            _one.Update(step);
            _many.Update(step);
            done();
        }
        double build = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        for (int i = 0; i < WarmUpBlocks; i++) RunBlock(i, []);
        var times = new List<BlockTimes>();
        for (int i = 0; i < _size.Blocks; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            RunBlock(i, times);
            done();
        }
        return new(
            build, _one.Nodes.Count, _one.Nodes.Size, Median(times, x => x.One), Median(times, x => x.Many),
            times.Min(x => x.One), times.Min(x => x.Many), Median(times, x => x.One / x.Many), Median(times, x => x.Hashing),
            Median(times, x => x.Bare), Median(times, x => x.HashingMany), (int)Median(times, x => x.Messages),
            (int)Median(times, x => x.HashBlocks), (long)Median(times, x => x.Allocated), _one.Root, _many.Root);
    }

    public int StepCount => BuildStepCount + _size.Blocks;

    public void Dispose()
    {
        _one.Dispose();
        _many.Dispose();
    }

    private readonly record struct BlockTimes(
        double One, double Many, double Hashing, double HashingMany, double Bare, double Messages, double HashBlocks,
        double Allocated);

    /// <summary>Which of the two goes first alternates.</summary>
    private void RunBlock(int number, List<BlockTimes> times)
    {
        var changes = RandomBlock();
        double one = 0, many = 0;
        _lengths.Clear();
        if ((number & 1) == 0) many = _many.Update(changes);
        one = _one.Update(changes);
        if ((number & 1) == 1) many = _many.Update(changes);
        double hashing = _one.HashTime;
        _one.Measure(changes, _lengths);
        _one.Accept();
        _many.Accept();
        double bare = TimeBare();
        double blocks = _lengths.Sum(length => length / 136 + 1);
        times.Add(new(
            one, many, hashing, _many.HashTime, bare, _lengths.Count, blocks, _one.Allocated));
    }

    private double TimeBare()
    {
        var offsets = new int[_lengths.Count + 1];
        for (int i = 0; i < _lengths.Count; i++) offsets[i + 1] = offsets[i] + _lengths[i];
        byte[] data = new byte[offsets[^1]];
        _random.NextBytes(data);
        var digests = new Hash256[_lengths.Count];
        Keccak.HashMany(data, offsets, digests);
        long start = Stopwatch.GetTimestamp();
        Keccak.HashMany(data, offsets, digests);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    // ---- The state and its changes ----

    private int BuildStepCount => (_size.Accounts + BuildStep - 1) / BuildStep
        + (_size.Contracts * _size.Slots + BuildStep - 1) / BuildStep;

    private IEnumerable<StateChanges> BuildSteps()
    {
        for (int from = 0; from < _size.Accounts; from += BuildStep)
        {
            var step = new StateChanges();
            for (int i = from; i < Math.Min(_size.Accounts, from + BuildStep); i++)
                step.Accounts.Add(AddressOf(i), RandomAccount(i));
            yield return step;
        }
        int contractsAtOnce = Math.Max(1, BuildStep / _size.Slots);
        for (int from = 0; from < Contracts; from += contractsAtOnce)
        {
            var step = new StateChanges();
            for (int i = from; i < Math.Min(Contracts, from + contractsAtOnce); i++)
            {
                var slots = new Dictionary<UInt256, UInt256>(_size.Slots);
                for (int slot = 0; slot < _size.Slots; slot++) slots.Add((ulong)slot, RandomValue());
                step.Storage.Add(AddressOf(i), slots);
            }
            yield return step;
        }
    }

    /// <summary>Half of the changes are accounts, most of which are there already; half are slots, a few each of random
    /// contracts.</summary>
    private StateChanges RandomBlock()
    {
        var changes = new StateChanges();
        int accounts = _size.Changes - _size.Changes / 2, slots = _size.Changes / 2;
        while (changes.Accounts.Count < accounts)
        {
            int number = _random.Next(_size.Accounts + _size.Accounts / 50 + 1);
            changes.Accounts[AddressOf(number)] = RandomAccount(number);
        }
        for (int i = 0; i < slots; i++)
        {
            var address = AddressOf(_random.Next(Contracts));
            if (!changes.Storage.TryGetValue(address, out var values)) changes.Storage.Add(address, values = []);
            // One of twenty is deleted, one of twenty may be new.
            ulong slot = (ulong)_random.Next(_size.Slots + _size.Slots / 20 + 1);
            values[slot] = _random.Next(20) == 0 ? 0 : RandomValue();
        }
        return changes;
    }

    private int Contracts => Math.Min(_size.Contracts, _size.Accounts);

    private static Address AddressOf(int number) => Address.FromNumber((ulong)number * 0x9e3779b97f4a7c15 + 1);

    private Account RandomAccount(int number) => new(
        (ulong)_random.Next(1, 5000), (UInt256)(ulong)_random.NextInt64(1, 1L << 60),
        number < Contracts ? Keccak.Hash([1]) : Hash256.OfEmptyCode);

    private UInt256 RandomValue() => _random.Next(2) == 0
        ? (ulong)_random.Next(1, 1_000_000) : (UInt256)(ulong)_random.NextInt64(1, long.MaxValue) << 64;

    private static double Median(List<BlockTimes> times, Func<BlockTimes, double> value)
    {
        var values = times.Select(value).Order().ToArray();
        return values[values.Length / 2];
    }

    /// <summary>A trie with records of its own, so that no cache knows what another engine has just read.</summary>
    private sealed class Engine(int threads) : INodeReader, IDisposable
    {
        private readonly StateTrie _trie = new(threads);
        private readonly NodeSet _output = new();

        public NodeSet Nodes { get; } = new();

        public Hash256 Root { get; private set; }

        /// <summary>Milliseconds of the last update spent hashing, by all threads.</summary>
        public double HashTime { get; private set; }

        /// <summary>Bytes of the last update.</summary>
        public long Allocated { get; private set; }

        private bool _isAccepted = true;

        public int ReadNode(in NodeKey key, Span<byte> destination) =>
            Nodes.TryRead(key, destination, out int length) ? length : 0;

        public void Prefetch(ReadOnlySpan<NodeKey> keys) => Nodes.Prefetch(keys);

        /// <summary>Milliseconds from the changes to root and records.</summary>
        public double Update(StateChanges changes)
        {
            if (!_isAccepted) Accept();
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            Root = _trie.Update(this, changes, _output);
            double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            Allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            HashTime = _trie.HashTime.TotalMilliseconds;
            _isAccepted = false;
            return time;
        }

        /// <summary>The same update again, which must give the same, to learn what it hashes.</summary>
        public void Measure(StateChanges changes, List<int> lengths)
        {
            _trie.RecordLengths(lengths);
            var again = _trie.Update(this, changes, _output);
            _trie.RecordLengths(null);
            if (again != Root) throw new InvalidOperationException("the same update gave two roots");
        }

        public void Accept()
        {
            // Copied, as a store would: the memory of the set is used again.
            _output.ForEachSorted((in NodeKey key, ReadOnlySpan<byte> record) => Nodes.Set(key, record));
            _output.Clear();
            _isAccepted = true;
        }

        public void Dispose()
        {
            _trie.Dispose();
            _output.Dispose();
            Nodes.Dispose();
        }
    }
}
