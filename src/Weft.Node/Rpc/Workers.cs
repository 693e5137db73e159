using System.Collections.Concurrent;

namespace Weft.Node.Rpc;

/// <summary>
/// A fixed number of threads for calls that execute or search, with a bounded queue before them: so a flood of such
/// calls neither starves other requests of threads nor fills the memory. </summary>
public sealed class Workers : IDisposable
{
    private readonly BlockingCollection<Job> _queue;
    private readonly Thread[] _threads;

    public Workers(int threads, int maxWaiting)
    {
        _queue = new(maxWaiting);
        _threads = new Thread[threads];
        for (int i = 0; i < threads; i++)
        {
            _threads[i] = new(Run) { IsBackground = true, Name = $"rpc worker {i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Runs a handler on one of the threads. What it throws, the task throws.</summary>
    /// <exception cref="JsonRpcException">Too many calls wait.</exception>
    public Task Run(RpcHandler handler, RpcCall call)
    {
        var job = new Job(handler, call);
        if (_queue.IsAddingCompleted || !_queue.TryAdd(job))
            throw new JsonRpcException(JsonRpcError.LimitExceeded, "too many calls are waiting, try again later");
        return job.Done.Task;
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        foreach (Thread thread in _threads) thread.Join();
        _queue.Dispose();
    }

    private void Run()
    {
        foreach (Job job in _queue.GetConsumingEnumerable()) job.Run();
    }

    private sealed class Job(RpcHandler handler, RpcCall call)
    {
        // Continuations write to sockets: not on a worker.
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Run()
        {
            try
            {
                call.Cancellation.ThrowIfCancellationRequested();
                handler(call);
                Done.SetResult();
            }
#pragma warning disable CA1031 // It is thrown where the call is awaited.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Done.SetException(e);
            }
        }
    }
}
