namespace Weft.Chain.Live;

/// <summary>Hands events to a handler in order on a thread of its own, so that whoever causes them never waits.
/// Bounded: where the handler is too slow, <c>drop</c> says what remains of those that wait. Any thread
/// posts.</summary>
internal sealed class Subscription<T> : IDisposable where T : class
{
    private readonly Queue<T> _events = new();
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
        Action<Subscription<T>> ended)
    {
        (_countMax, _handler, _drop, _isWanted, _ended) = (countMax, handler, drop, isWanted, ended);
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

    /// <summary>Events that wait are not delivered any more; one may be in the handler still.</summary>
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
    }

    private void Run()
    {
        while (Take() is { } item) _handler(item);
    }

    private T? Take()
    {
        lock (_events)
        {
            while (_events.Count == 0 && !_isDisposed) Monitor.Wait(_events);
            return _isDisposed ? null : _events.Dequeue();
        }
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

    public IDisposable Add(Action<T> handler, Func<bool>? isWanted = null)
    {
        var subscription = new Subscription<T>(name, countMax, handler, drop, isWanted, Remove);
        lock (_gate) _all = [.. _all, subscription];
        return subscription;
    }

    public void Post(T item)
    {
        foreach (var subscription in _all)
            if (subscription.IsWanted) subscription.Post(item);
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
