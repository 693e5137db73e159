using System.Diagnostics;
using System.Runtime.CompilerServices;
using Weft.Execution.Parallel;

namespace Weft.Node.Rpc;

/// <summary>
/// Threads that answer large batches, a slice of each at a time: clients take turns (<see cref="FairQueue{T}"/>), and
/// all of them give way to single calls. A method continues there after it has awaited a <see cref="Turn"/>.
/// </summary>
public sealed class BatchThreads : IDisposable
{
    /// <summary>A slice, in milliseconds; a call that has begun is not interrupted.</summary>
    private const int SliceMax = 2;

    /// <summary>The current thread is one of some.</summary>
    [ThreadStatic]
    private static bool _isBatchThread;

    private readonly object _gate = new();
    private readonly Thread[] _threads;

    // Under the gate. Bounded by the connections: each has a bounded number of requests.
    private readonly FairQueue<Action> _queue = new(int.MaxValue);
    private bool _isDisposed;

    public BatchThreads(int threads)
    {
        _threads = new Thread[threads];
        for (int i = 0; i < threads; i++)
        {
            _threads[i] = new(Run) { IsBackground = true, Name = $"rpc batch {i}" };
            _threads[i].Start();
        }
    }

    /// <summary>What is awaited continues on one of the threads when it is the client's turn.</summary>
    public Turn NextTurn(RpcOrigin origin) => new(this, origin);

    /// <summary>A turn that began then is over: others wait, or this is another thread, where something ended that was
    /// awaited.</summary>
    public bool IsOver(long began)
    {
        if (Stopwatch.GetElapsedTime(began).TotalMilliseconds < SliceMax) return false;
        if (!_isBatchThread) return true;
        lock (_gate) return _queue.Count > 0;
    }

    /// <summary>What waits is still continued, for its client is told that the server stops.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Monitor.PulseAll(_gate);
        }
        foreach (Thread thread in _threads) thread.Join();
    }

    private void Continue(RpcOrigin origin, Action continuation)
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _queue.Add(origin, continuation);
                Monitor.Pulse(_gate);
                return;
            }
        }
        ThreadPool.UnsafeQueueUserWorkItem(static action => action(), continuation, preferLocal: false);
    }

    private void Run()
    {
        _isBatchThread = true;
        Precedence.Lower();
        while (Take() is { } continuation) continuation();
    }

    private Action? Take()
    {
        lock (_gate)
        {
            while (true)
            {
                if (_queue.Take(static _ => true) is { } continuation) return continuation;
                if (_isDisposed) return null;
                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>To be awaited once.</summary>
    public readonly struct Turn(BatchThreads owner, RpcOrigin origin) : INotifyCompletion
    {
        public bool IsCompleted => false;

        public Turn GetAwaiter() => this;

        /// <summary>When the turn began, in ticks of <see cref="Stopwatch"/>.</summary>
        public long GetResult() => Stopwatch.GetTimestamp();

        public void OnCompleted(Action continuation) => owner.Continue(origin, continuation);
    }
}
