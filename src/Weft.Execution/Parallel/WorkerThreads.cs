namespace Weft.Execution.Parallel;

/// <summary>
/// Threads of our own that wait for work: they spin for a while, for waking one costs 50 us, then sleep. The caller is
/// worker 0.
/// </summary>
internal sealed class WorkerThreads : IDisposable
{
    private const int SpinsBeforeSleep = 200;

    private readonly Action<int> _work;
    private readonly Thread[] _threads;
    private readonly ManualResetEventSlim[] _starts;
    private int _running;
    private volatile bool _isDisposed;

    public WorkerThreads(int count, Action<int> work)
    {
        _work = work;
        _threads = new Thread[count - 1];
        _starts = new ManualResetEventSlim[count - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _starts[i] = new(false, SpinsBeforeSleep);
            _threads[i] = new(() => Loop(worker)) { IsBackground = true, Name = $"weft worker {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Runs the work once on every thread and returns when all are done.</summary>
    public void Run()
    {
        Volatile.Write(ref _running, _threads.Length);
        foreach (var start in _starts) start.Set();
        _work(0);
        var spinner = new SpinWait();
        while (Volatile.Read(ref _running) != 0) spinner.SpinOnce(sleep1Threshold: -1);
    }

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
            _work(worker);
            Interlocked.Decrement(ref _running);
        }
    }
}
