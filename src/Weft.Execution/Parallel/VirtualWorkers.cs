using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Weft.Execution.Parallel;

/// <summary>On which processors the threads of virtual workers run, where that can be chosen.</summary>
internal enum Placing
{
    Anywhere,

    /// <summary>All on the caller's, for only one of them runs. Handing over takes 2 us there. Caches are warmer than
    /// on cores of their own.</summary>
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
    /// <summary>A thread that sleeps on another processor takes 25 us to wake up.</summary>
    private const int Spins = 140;

    /// <summary>Where two processors take turns: most items take less.</summary>
    private static readonly TimeSpan Spinning = TimeSpan.FromMicroseconds(100);

    private readonly Turn[] _turns;
    private readonly Turn _finished;
    private readonly Thread[] _threads;
    private readonly Placing _placing;
    private readonly Processors? _processors;

    /// <summary>The processor where the caller is.</summary>
    private int _place;
    private Action<int> _work = _ => { };
    private Func<int, int> _next = _ => -1;
    private ExceptionDispatchInfo? _error;
    private bool _isDisposed;

    public VirtualWorkers(int workers, Placing placing = Placing.Anywhere)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        _placing = placing;
        if (placing != Placing.Anywhere) _processors = Processors.TryFind(placing == Placing.Together ? 1 : 2);
        // On one processor who spins would keep it from who is to go on.
        int spins = placing == Placing.Together && _processors is not null ? 0 : Spins;
        _finished = new(spins);
        _turns = new Turn[workers];
        _threads = new Thread[workers];
        for (int i = 0; i < workers; i++)
        {
            int worker = i;
            _turns[i] = new(spins);
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
        _place = _processors?.Current ?? 0;
        _turns[first].Begin();
        _finished.Wait();
        _error?.Throw();
    }

    /// <summary>The current worker lets another one go on, until somebody hands over to it again.</summary>
    public void SwitchTo(int worker)
    {
        int from = Current;
        if (from == worker) return;
        Current = worker;
        _turns[worker].Begin();
        // Where another processor goes on, this one has nothing better to do.
        if (_placing == Placing.Apart && _processors is not null) Spin(_turns[from]);
        _turns[from].Wait();
    }

    private static void Spin(Turn turn)
    {
        long began = Stopwatch.GetTimestamp();
        while (!turn.HasBegun && Stopwatch.GetElapsedTime(began) < Spinning) Thread.SpinWait(8);
    }

    public void Dispose()
    {
        _isDisposed = true;
        foreach (var turn in _turns) turn.Begin();
        foreach (var thread in _threads) thread.Join();
        foreach (var turn in _turns) turn.Dispose();
        _finished.Dispose();
    }

    private void Loop(int worker)
    {
        int place = -1;
        while (true)
        {
            _turns[worker].Wait();
            if (_isDisposed) return;
            if (place != _place) _processors?.Settle((place = _place) + (_placing == Placing.Apart ? worker & 1 : 0));
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
                _finished.Begin();
                continue;
            }
            Current = next;
            _turns[next].Begin();
        }
    }

    /// <summary>What a thread waits for.</summary>
    private sealed class Turn(int spins) : IDisposable
    {
        private readonly ManualResetEventSlim _begins = new(false, spins);

        public bool HasBegun => _begins.IsSet;

        public void Begin() => _begins.Set();

        public void Wait()
        {
            _begins.Wait();
            // One at a time waits for it, and nobody begins it twice before it has begun.
            _begins.Reset();
        }

        public void Dispose() => _begins.Dispose();
    }
}
