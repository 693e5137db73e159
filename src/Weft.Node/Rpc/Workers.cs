using System.Runtime.InteropServices;
using Weft.Execution.Parallel;

namespace Weft.Node.Rpc;

/// <summary>
/// Threads for calls that execute or search, and a bounded queue before them in which clients take turns
/// (<see cref="FairQueue{T}"/>). There are few places; a call that takes long gives its place to another thread and
/// goes on behind all others, so that nobody's short call waits for somebody's endless one. How many may go on so is
/// bounded; a network may have half as many calls running, and a connection a quarter. Calls that wait for another node
/// have no place meanwhile.
/// </summary>
public sealed class Workers : IDisposable
{
    /// <summary>How often the watch looks for long calls, in milliseconds.</summary>
    private const int Interval = 10;

    /// <summary>Looks without any call after which the watch sleeps: waking it costs more than a short call.</summary>
    private const int IdleMax = 100;

    private const int LongPerPlace = 4;

    /// <summary>Calls that wait for another node without a place; a network may have half of them.</summary>
    private const int AwayMax = 256;

    /// <summary>What the current thread is at.</summary>
    [ThreadStatic]
    private static Job? _current;

    private readonly object _gate = new();
    private readonly AutoResetEvent _watchWakeUp = new(false);
    private readonly int _longMax;
    private readonly long _shortTime;

    // Under the gate.
    private readonly FairQueue<Job> _queue;
    private readonly List<Thread> _threads = [];
    private readonly List<Job> _running = [];
    private readonly Dictionary<ulong, int> _ofNetwork = [];
    private readonly Dictionary<string, int> _ofConnection = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, int> _awayOfNetwork = [];
    private int _long, _away, _created;
    private bool _watchSleeps, _isDisposed;

    /// <summary><paramref name="places"/>: threads that take calls. <paramref name="shortTime"/>: a call that takes
    /// longer counts as long; infinite: none does.</summary>
    public Workers(int places, int waitingMax, TimeSpan shortTime)
    {
        (_queue, _longMax) = (new(waitingMax), LongPerPlace * places);
        _shortTime = (long)shortTime.TotalMilliseconds;
        lock (_gate)
        {
            for (int i = 0; i < places; i++) Start(Run, $"rpc worker {_created++}");
            if (shortTime != Timeout.InfiniteTimeSpan) Start(Watch, "rpc watch");
        }
    }

    /// <summary>Runs a handler on one of the threads. What it throws, the task throws; and a
    /// <see cref="JsonRpcException"/> where too many calls wait and this client has most of them.</summary>
    public Task Run(RpcHandler handler, RpcCall call)
    {
        var job = new Job(this, handler, call);
        Job? refused;
        lock (_gate)
        {
            refused = _isDisposed ? job : _queue.Add(call.Client.Origin, job);
            if (refused != job) Monitor.Pulse(_gate);
        }
        refused?.Refuse();
        return job.Done.Task;
    }

    /// <summary>For what waits for another machine: a call that does so on one of these threads gives its place away,
    /// and counts as long when it goes on. Any thread.</summary>
    public static T Await<T>(Func<T> wait)
    {
        Job? job = _current;
        if (job is null || !job.Owner.TryLeave(job)) return wait();
        try
        {
            return wait();
        }
        finally
        {
            job.Owner.Return(job);
        }
    }

    /// <summary>Calls that wait are refused at once, those that run are waited for.</summary>
    public void Dispose()
    {
        Thread[] threads;
        lock (_gate)
        {
            _isDisposed = true;
            while (_queue.Take(static _ => true) is { } waiting) waiting.Refuse();
            threads = [.. _threads];
            Monitor.PulseAll(_gate);
        }
        _watchWakeUp.Set();
        foreach (Thread thread in threads) thread.Join();
        _watchWakeUp.Dispose();
    }

    private void Start(ThreadStart run, string name)
    {
        var thread = new Thread(run) { IsBackground = true, Name = name };
        _threads.Add(thread);
        thread.Start();
    }

    private void Run()
    {
        int thread = Precedence.CurrentThread;
        while (Take(thread) is { } job)
        {
            _current = job;
            job.Run();
            _current = null;
            if (!HasPlaceAfter(job)) return;
        }
    }

    /// <summary>Null when it is time to end.</summary>
    private Job? Take(int thread)
    {
        lock (_gate)
        {
            while (!_isDisposed)
            {
                if (_queue.Take(MayRun) is { } job) return Begin(job, thread);
                Monitor.Wait(_gate);
            }
            return null;
        }
    }

    private Job Begin(Job job, int thread)
    {
        (job.Thread, job.Began) = (thread, Environment.TickCount64);
        _running.Add(job);
        Count(job.Origin, 1);
        if (_watchSleeps)
        {
            _watchSleeps = false;
            _watchWakeUp.Set();
        }
        return job;
    }

    /// <summary>False where the thread's place is another's by now.</summary>
    private bool HasPlaceAfter(Job job)
    {
        lock (_gate)
        {
            _running.Remove(job);
            Count(job.Origin, -1);
            if (!job.IsLong) return true;
            _long--;
            _threads.Remove(Thread.CurrentThread);
            // Calls of the same client may have waited for this.
            Monitor.PulseAll(_gate);
            return false;
        }
    }

    // ---- Whose calls run ----

    /// <summary>All that run count, for each may come to be long.</summary>
    private bool MayRun(RpcOrigin origin) =>
        _ofNetwork.GetValueOrDefault(origin.Network) < _longMax / 2
        && _ofConnection.GetValueOrDefault(origin.Connection) < _longMax / 4;

    private void Count(RpcOrigin origin, int difference)
    {
        Add(_ofNetwork, origin.Network, difference);
        Add(_ofConnection, origin.Connection, difference);
    }

    private static void Add<TKey>(Dictionary<TKey, int> counts, TKey key, int difference) where TKey : notnull
    {
        ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _);
        count += difference;
        if (count == 0) counts.Remove(key);
    }

    // ---- Long calls ----

    private void Watch()
    {
        int idle = 0;
        while (true)
        {
            bool sleeps;
            lock (_gate)
            {
                if (_isDisposed) return;
                idle = _running.Count == 0 ? idle + 1 : 0;
                GivePlacesAway(Environment.TickCount64 - _shortTime);
                sleeps = _watchSleeps = idle > IdleMax;
            }
            _watchWakeUp.WaitOne(sleeps ? Timeout.Infinite : Interval);
        }
    }

    /// <summary>Of calls that began before a time.</summary>
    private void GivePlacesAway(long time)
    {
        foreach (Job job in _running)
        {
            if (job.IsLong || job.Began > time || _long >= _longMax) continue;
            job.IsLong = true;
            _long++;
            // For good: the thread ends with the call.
            Precedence.Lower(job.Thread);
            Start(Run, $"rpc worker {_created++}");
        }
    }

    // ---- Calls that wait for another node ----

    private bool TryLeave(Job job)
    {
        ulong network = job.Origin.Network;
        lock (_gate)
        {
            bool isFull = _away >= AwayMax || _awayOfNetwork.GetValueOrDefault(network) >= AwayMax / 2;
            if (_isDisposed || isFull) return false;
            _away++;
            Add(_awayOfNetwork, network, 1);
            _running.Remove(job);
            Count(job.Origin, -1);
            if (job.IsLong) _long--;
            else Start(Run, $"rpc worker {_created++}");
            // From now on the thread ends with the call.
            job.IsLong = true;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Whatever the bound of long ones is: it has begun. Others come to be long when there are fewer.
    /// </summary>
    private void Return(Job job)
    {
        lock (_gate)
        {
            _away--;
            Add(_awayOfNetwork, job.Origin.Network, -1);
            _running.Add(job);
            Count(job.Origin, 1);
            _long++;
        }
        Precedence.Lower(job.Thread);
    }

    private sealed class Job(Workers owner, RpcHandler handler, RpcCall call)
    {
        public Workers Owner => owner;

        // Continuations write to sockets: not on a worker.
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public RpcOrigin Origin => call.Client.Origin;

        // Under the gate.
        public int Thread { get; set; }

        public long Began { get; set; }

        public bool IsLong { get; set; }

        public void Refuse() => Done.SetException(
            new JsonRpcException(JsonRpcError.LimitExceeded, "too many calls are waiting, try again later"));

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
