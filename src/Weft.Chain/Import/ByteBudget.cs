namespace Weft.Chain.Import;

/// <summary>Bytes that may be on their way at a time. What is larger than all of it passes alone.</summary>
internal sealed class ByteBudget(int total) : IDisposable
{
    private readonly object _gate = new();
    private long _taken;
    private bool _isClosed;

    /// <summary>Waits until there is room.</summary>
    public void Take(int bytes)
    {
        lock (_gate)
        {
            while (_taken > 0 && _taken + bytes > total && !_isClosed) Monitor.Wait(_gate);
            _taken += bytes;
        }
    }

    public void Give(int bytes)
    {
        lock (_gate)
        {
            _taken -= bytes;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Nobody waits any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
    }
}
