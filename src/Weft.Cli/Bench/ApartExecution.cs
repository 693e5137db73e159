using System.Diagnostics;
using Weft.Evm.Analysis;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;

namespace Weft.Cli.Bench;

/// <summary>
/// As many serial executions of a block at once as there are threads, each for itself: processors share caches, memory
/// and, where they are virtual, much else, so that each is slower than one alone. No division of the block's work among
/// these threads can be expected to do better.
/// </summary>
internal sealed class ApartExecution : IDisposable
{
    private readonly WorkerThreads _threads;
    private readonly BlockExecutors[] _all;
    private readonly IBlockExecutor[] _executors;
    private readonly List<double> _times = [];
    private readonly Action<int> _work;
    private BlockInput? _input;

    public ApartExecution(int threads, CodeCache codes)
    {
        _threads = new(threads);
        _all = [.. Enumerable.Range(0, threads).Select(_ => new BlockExecutors(Strategy.Serial, 1, codes))];
        _executors = new IBlockExecutor[threads];
        _work = worker => _executors[worker].Transition(_input!);
    }

    public int Threads => _threads.Workers;

    /// <summary>The median, of all of them together.</summary>
    public double Milliseconds => _times.Order().ElementAt(_times.Count / 2);

    public void Begin(BlockCase block)
    {
        _times.Clear();
        for (int i = 0; i < _all.Length; i++) _executors[i] = _all[i].Get(block.Rules, block.ChainId);
    }

    public void Run(BlockInput input, bool counts)
    {
        _input = input;
        long start = Stopwatch.GetTimestamp();
        _threads.Run(_work);
        if (counts) _times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    public void Dispose()
    {
        _threads.Dispose();
        foreach (var executors in _all) executors.Dispose();
    }
}
