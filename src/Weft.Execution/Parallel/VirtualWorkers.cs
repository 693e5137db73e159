using System.Runtime.ExceptionServices;

namespace Weft.Execution.Parallel;

/// <summary>
/// Workers of which exactly one runs at any time, until it hands over to another one. Each has a thread only because a
/// machine cannot leave the middle of a transaction otherwise. What the drivers that own them keep needs no locks: a
/// hand-over is a fence.
/// </summary>
internal sealed class VirtualWorkers : IDisposable
{
    /// <summary>A thread that sleeps on another processor takes 25 us to wake up.</summary>
    private const int Spins = 140;

    private readonly Turn[] _turns;
    private readonly Turn _finished;
    private readonly Thread[] _threads;
    private readonly Processors? _processors;

    /// <summary>The processor where the caller is.</summary>
    private int _place;
    private Action<int> _work = _ => { };
    private Func<int, int> _next = _ => -1;
    private ExceptionDispatchInfo? _error;
    private bool _isDisposed;

    /// <summary><paramref name="together"/>: all go where the caller is, for only one of them runs. Handing over there
    /// takes 2 us, and nobody spins, which would keep the processor from who is to go on. Who measures times had better
    /// not have it: caches are warmer than on cores of their own.</summary>
    public VirtualWorkers(int workers, bool together = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        if (together) _processors = Processors.TryFind(least: 1);
        int spins = _processors is null ? Spins : 0;
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
        _turns[from].Wait();
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
            if (place != _place) _processors?.Settle(place = _place);
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
