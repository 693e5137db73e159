using System.Runtime.ExceptionServices;
using Weft.State.MultiVersion;

namespace Weft.Execution.Parallel;

/// <summary>
/// Threads of our own that wait for work: they spin for a while, for waking one costs 50 us, then sleep. The caller is
/// worker 0.
/// </summary>
public sealed class WorkerThreads : IDriver
{
    private const int SpinsBeforeSleep = 200;

    private readonly Thread[] _threads;
    private readonly ManualResetEventSlim[] _starts;
    private Action<int> _work = _ => { };
    private int _running;
    private ExceptionDispatchInfo? _error;
    private volatile bool _isDisposed;

    public WorkerThreads(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        _threads = new Thread[workers - 1];
        _starts = new ManualResetEventSlim[workers - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _starts[i] = new(false, SpinsBeforeSleep);
            _threads[i] = new(() => Loop(worker)) { IsBackground = true, Name = $"weft worker {worker}" };
            _threads[i].Start();
        }
    }

    public int Workers => _threads.Length + 1;

    public ISwitchPoint? SwitchPoint => null;

    public void Run(Action<int> work)
    {
        (_work, _error) = (work, null);
        Volatile.Write(ref _running, _threads.Length);
        foreach (var start in _starts) start.Set();
        Work(0);
        // Also after an exception: who still works for this block must not meet the next one.
        var spinner = new SpinWait();
        while (Volatile.Read(ref _running) != 0) spinner.SpinOnce(sleep1Threshold: -1);
        _error?.Throw();
    }

    public void Idle(ref SpinWait spinner) => spinner.SpinOnce(sleep1Threshold: -1);

    public void Dispose()
    {
        _isDisposed = true;
        foreach (var start in _starts) start.Set();
        foreach (var thread in _threads) thread.Join();
        foreach (var start in _starts) start.Dispose();
    }

    private void Loop(int worker)
    {
        while (true)
        {
            _starts[worker - 1].Wait();
            _starts[worker - 1].Reset();
            if (_isDisposed) return;
            Work(worker);
            Interlocked.Decrement(ref _running);
        }
    }

    private void Work(int worker)
    {
        try
        {
            _work(worker);
        }
#pragma warning disable CA1031 // It comes out of Run.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _error = ExceptionDispatchInfo.Capture(exception);
        }
    }
}
