using System.Diagnostics;
using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>Nodes to be hashed, by how many hashed nodes lie below: all of one height are independent, so they fill the
/// lanes. Every digest goes straight to where the parent holds it. One thread.</summary>
internal sealed unsafe class HashQueue
{
    private readonly List<Level> _levels = [];

    public int Count { get; private set; }

    /// <summary>Time spent hashing since <see cref="Clear"/>, in ticks of the stopwatch.</summary>
    public long Ticks { get; private set; }

    /// <summary>Keeps the lengths of all messages, for benchmarks.</summary>
    public List<int>? Lengths { get; set; }

    /// <summary>The bytes must stay in place, and be complete but for digests of lesser heights, until
    /// <see cref="Run"/>.</summary>
    public void Add(int height, byte* source, int length, byte* destination)
    {
        Debug.Assert(height is >= 0 and < 256, "64 nibbles, at most two nodes each, in two tries");
        while (_levels.Count <= height) _levels.Add(new());
        _levels[height].Add(new(source, length, destination));
        Count++;
    }

    public void Run()
    {
        if (Count == 0) return;
        long start = Stopwatch.GetTimestamp();
        foreach (var level in _levels)
        {
            if (level.Jobs.IsEmpty) continue;
            if (Lengths is not null)
            {
                foreach (var job in level.Jobs) Lengths.Add(job.Length);
            }
            Keccak.HashScattered(level.Jobs);
            level.Clear();
        }
        Count = 0;
        Ticks += Stopwatch.GetTimestamp() - start;
    }

    /// <summary>Counts keys of one length that were hashed past the queue since <paramref name="start"/>.</summary>
    public void AddKeys(int count, int length, long start)
    {
        Ticks += Stopwatch.GetTimestamp() - start;
        for (int i = 0; Lengths is not null && i < count; i++) Lengths.Add(length);
    }

    public void Clear()
    {
        foreach (var level in _levels) level.Clear();
        (Count, Ticks) = (0, 0);
    }

    private sealed class Level
    {
        private HashJob[] _jobs = new HashJob[64];
        private int _count;

        public ReadOnlySpan<HashJob> Jobs => _jobs.AsSpan(0, _count);

        public void Add(HashJob job)
        {
            if (_count == _jobs.Length) Array.Resize(ref _jobs, 2 * _count);
            _jobs[_count++] = job;
        }

        public void Clear() => _count = 0;
    }
}
