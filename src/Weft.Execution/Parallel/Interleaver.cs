using System.Runtime.ExceptionServices;
using Weft.State.MultiVersion;

namespace Weft.Execution.Parallel;

/// <summary>
/// Runs virtual workers one at a time: at every switch point a seed decides whether another one goes on. The same seed,
/// the same schedule, so a result that differs from serial can be had again. Each virtual worker has a thread only
/// because a machine cannot leave the middle of a transaction otherwise; no two run at once.
/// </summary>
public sealed class Interleaver : IDriver, ISwitchPoint
{
    private readonly SemaphoreSlim[] _turns;
    private readonly Thread[] _threads;
    private readonly List<int> _alive = [];
    private readonly SemaphoreSlim _finished = new(0);
    private readonly int _rarity;
    private Random _random = new(0);
    private Action<int> _work = _ => { };
    private ExceptionDispatchInfo? _error;
    private int _current;
    private bool _isDisposed;

    /// <summary>One switch point in <paramref name="rarity"/> changes the worker, on average.</summary>
    public Interleaver(int workers, int rarity = 3)
    {
        _rarity = rarity;
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

    public int Workers => _turns.Length;

    public ISwitchPoint SwitchPoint => this;

    ISwitchPoint? IDriver.SwitchPoint => this;

    /// <summary>The schedule of the next <see cref="Run"/>.</summary>
    public int Seed
    {
        set => _random = new(value);
    }

    public void Run(Action<int> work)
    {
        (_work, _error) = (work, null);
        _alive.Clear();
        for (int i = 0; i < Workers; i++) _alive.Add(i);
        _current = _alive[_random.Next(_alive.Count)];
        _turns[_current].Release();
        _finished.Wait();
        _error?.Throw();
    }

    public void Pass()
    {
        // Before and after the transactions nobody else is there.
        if (_alive.Count > 1 && _random.Next(_rarity) == 0) Switch();
    }

    public void Idle(ref SpinWait spinner) => Switch();

    public void Dispose()
    {
        _isDisposed = true;
        foreach (var turn in _turns) turn.Release();
        foreach (var thread in _threads) thread.Join();
        foreach (var turn in _turns) turn.Dispose();
        _finished.Dispose();
    }

    /// <summary>Only the current worker's thread runs, so nothing here needs a lock.</summary>
    private void Switch()
    {
        int from = _current, to = _alive[_random.Next(_alive.Count)];
        if (from == to) return;
        _current = to;
        _turns[to].Release();
        _turns[from].Wait();
    }

    private void Loop(int worker)
    {
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
            _alive.Remove(worker);
            if (_alive.Count == 0)
            {
                _finished.Release();
                continue;
            }
            _current = _alive[_random.Next(_alive.Count)];
            _turns[_current].Release();
        }
    }
}
