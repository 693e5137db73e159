namespace Weft.Chain.Live;

/// <summary>A handler that is told of events, until it is disposed.</summary>
public interface ISubscription : IDisposable
{
    /// <summary>Returns when the handler has been told of all that had happened before, on this thread where it had not
    /// been yet. Not to be called from the handler, nor under a lock that it takes.</summary>
    void CatchUp();
}

/// <summary>Hands events to a handler in order on a thread of its own, so that whoever causes them never waits.
/// Bounded: where the handler is too slow, <c>drop</c> says what remains of those that wait. Any thread
/// posts.</summary>
internal sealed class Subscription<T> : ISubscription where T : class
{
    private readonly Queue<T> _events = new();

    /// <summary>Held while the handler runs: events are told one at a time, in order, whichever thread does it.
    /// </summary>
    private readonly Lock _handling = new();

    /// <summary>Held by the source while it posts.</summary>
    private readonly Lock _posting;
    private readonly Action<T> _handler;
    private readonly Func<T, T?> _drop;
    private readonly Func<bool>? _isWanted;
    private readonly int _countMax;
    private readonly Action<Subscription<T>> _ended;
    private bool _isDisposed;

    /// <summary><paramref name="drop"/> is given the newest event when there is no room for it, makes one that stands
    /// for all, or null to forget just that one. <paramref name="isWanted"/> is asked before an event wakes the
    /// handler's thread; null: always.</summary>
    public Subscription(
        string name, int countMax, Action<T> handler, Func<T, T?> drop, Func<bool>? isWanted,
        Action<Subscription<T>> ended, Lock posting)
    {
        (_countMax, _handler, _drop, _isWanted, _ended, _posting) =
            (countMax, handler, drop, isWanted, ended, posting);
        new Thread(Run) { IsBackground = true, Name = name }.Start();
    }

    public bool IsWanted => _isWanted?.Invoke() ?? true;

    public void Post(T item)
    {
        lock (_events)
        {
            if (_isDisposed) return;
            if (_events.Count >= _countMax)
            {
                if (_drop(item) is not { } instead) return;
                _events.Clear();
                item = instead;
            }
            _events.Enqueue(item);
            Monitor.Pulse(_events);
        }
    }

    /// <summary>Events that wait are not delivered any more, and the handler is not running when this returns, unless
    /// it is what calls: who disposes may close what the handler reads. Not under a lock that it takes.</summary>
    public void Dispose()
    {
        lock (_events)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _events.Clear();
            Monitor.Pulse(_events);
        }
        _ended(this);
        lock (_handling)
        {
        }
    }

    public void CatchUp()
    {
        // Whatever is being posted is in the queue when we have been here.
        lock (_posting)
        {
        }
        int count;
        lock (_events) count = _events.Count;
        // Also waits for what is being told just now.
        lock (_handling)
            while (count-- > 0 && TellNext())
            {
            }
    }

    private void Run()
    {
        while (WaitForEvent())
            lock (_handling) TellNext();
    }

    private bool WaitForEvent()
    {
        lock (_events)
        {
            while (_events.Count == 0 && !_isDisposed) Monitor.Wait(_events);
            return !_isDisposed;
        }
    }

    /// <summary>False where nothing waits.</summary>
    private bool TellNext()
    {
        T? item;
        lock (_events)
            if (!_events.TryDequeue(out item)) return false;
        _handler(item);
        return true;
    }
}

/// <summary>The subscriptions of one source. Any thread.</summary>
internal sealed class Subscriptions<T>(string name, int countMax, Func<T, T?> drop) : IDisposable where T : class
{
    private readonly Lock _gate = new();
    private volatile Subscription<T>[] _all = [];

    /// <summary>False where an event need not even be made.</summary>
    public bool AreWanted
    {
        get
        {
            foreach (var subscription in _all)
                if (subscription.IsWanted) return true;
            return false;
        }
    }

    public ISubscription Add(Action<T> handler, Func<bool>? isWanted = null)
    {
        var subscription = new Subscription<T>(name, countMax, handler, drop, isWanted, Remove, _gate);
        lock (_gate) _all = [.. _all, subscription];
        return subscription;
    }

    /// <summary>Who sees what <paramref name="publish"/> does, and then has a subscription catch up, has it told of the
    /// event, too.</summary>
    public void Post(T item, Action? publish = null)
    {
        lock (_gate)
        {
            publish?.Invoke();
            foreach (var subscription in _all)
                if (subscription.IsWanted) subscription.Post(item);
        }
    }

    public void Dispose()
    {
        foreach (var subscription in _all) subscription.Dispose();
    }

    private void Remove(Subscription<T> ended)
    {
        lock (_gate) _all = [.. _all.Where(subscription => subscription != ended)];
    }
}
