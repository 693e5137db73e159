using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Weft.Execution.Parallel;

/// <summary>On which processors the threads of virtual workers run, where that can be chosen.</summary>
internal enum Placing
{
    Anywhere,

    /// <summary>All on one.</summary>
    Together,

    /// <summary>On two: those with even numbers on one, the others on the other.</summary>
    Apart,
}

/// <summary>
/// Workers of which exactly one runs at any time, until it hands over to another one. Each has a thread only because a
/// machine cannot leave the middle of a transaction otherwise. What the drivers that own them keep needs no locks: a
/// hand-over is a fence.
/// </summary>
internal sealed class VirtualWorkers : IDisposable
{
    /// <summary>A processor that sleeps forgets nothing, but waking it takes long. Most items take less.</summary>
    private static readonly TimeSpan Spinning = TimeSpan.FromMicroseconds(100);

    private readonly SemaphoreSlim[] _turns;
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _finished = new(0);
    private Action<int> _work = _ => { };
    private Func<int, int> _next = _ => -1;
    private ExceptionDispatchInfo? _error;
    private readonly Placing _placing;
    private readonly Processors? _processors;
    private readonly int _processor;
    private bool _isDisposed;

    public VirtualWorkers(int workers, Placing placing = Placing.Anywhere)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        (_placing, _processors) = (placing, placing == Placing.Anywhere ? null : Processors.TryFind());
        _processor = _processors?.Current ?? 0;
        _turns = new SemaphoreSlim[workers];
        _threads = new Thread[workers];
        for (int i = 0; i < workers; i++)
        {
            int worker = i;
            _turns[i] = new(0);
            _threads[i] = new(() => Loop(worker)) { IsBackground = true, Name = $"weft virtual worker {i}" };
            _threads[i].Start();
        }
    }

    public int Count => _turns.Length;

    /// <summary>The one that runs.</summary>
    public int Current { get; private set; }

    /// <summary>Runs the work once for each, beginning with <paramref name="first"/>. <paramref name="next"/> says who
    /// goes on when one is done, or -1 when all are. What one throws comes out of here, when all are done.</summary>
    public void Run(Action<int> work, int first, Func<int, int> next)
    {
        (_work, _next, _error, Current) = (work, next, null, first);
        _turns[first].Release();
        _finished.Wait();
        _error?.Throw();
    }

    /// <summary>The current worker lets another one go on, until somebody hands over to it again.</summary>
    public void SwitchTo(int worker)
    {
        int from = Current;
        if (from == worker) return;
        Current = worker;
        _turns[worker].Release();
        // Where another processor goes on, this one has nothing better to do.
        if (_placing == Placing.Apart && _processors is not null) Spin(_turns[from]);
        _turns[from].Wait();
    }

    private static void Spin(SemaphoreSlim turn)
    {
        long began = Stopwatch.GetTimestamp();
        while (turn.CurrentCount == 0 && Stopwatch.GetElapsedTime(began) < Spinning) Thread.SpinWait(8);
    }

    public void Dispose()
    {
        _isDisposed = true;
        foreach (var turn in _turns) turn.Release();
        foreach (var thread in _threads) thread.Join();
        foreach (var turn in _turns) turn.Dispose();
        _finished.Dispose();
    }

    private void Loop(int worker)
    {
        _processors?.Place(Processors.ThreadId, _processor, _placing == Placing.Apart ? worker & 1 : 0);
        while (true)
        {
            _turns[worker].Wait();
            if (_isDisposed) return;
            try
            {
                _work(worker);
            }
#pragma warning disable CA1031 // It comes out of Run.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _error ??= ExceptionDispatchInfo.Capture(exception);
            }
            int next = _next(worker);
            if (next < 0)
            {
                _finished.Release();
                continue;
            }
            Current = next;
            _turns[next].Release();
        }
    }
}
