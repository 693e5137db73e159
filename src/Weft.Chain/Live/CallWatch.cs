using Weft.Execution;

namespace Weft.Chain.Live;

/// <summary>Stops calls whose time is over or that nobody waits for any more. One thread for all of them, which sleeps
/// while there are none. Any thread.</summary>
internal sealed class CallWatch : IDisposable
{
    /// <summary>How often it looks, in milliseconds.</summary>
    private const int Interval = 5;

    /// <summary>Looks without any call after which it sleeps: waking it costs more than a short call.</summary>
    private const int IdleMax = 100;

    private readonly List<Watched> _calls = [];
    private bool _sleeps = true, _isStarted, _isDisposed;

    /// <summary>Until what is returned is disposed.</summary>
    public Watched Begin(TransactionProcessor processor, TimeSpan timeMax, CancellationToken cancellation)
    {
        long deadline = Environment.TickCount64 + (long)timeMax.TotalMilliseconds;
        var call = new Watched(this, processor, deadline, cancellation);
        lock (_calls)
        {
            _calls.Add(call);
            if (!_sleeps) return call;
            _sleeps = false;
            if (_isStarted) Monitor.Pulse(_calls);
            else new Thread(Run) { IsBackground = true, Name = "weft-call-watch" }.Start();
            _isStarted = true;
        }
        return call;
    }

    public void Dispose()
    {
        lock (_calls)
        {
            _isDisposed = true;
            Monitor.Pulse(_calls);
        }
    }

    private void End(Watched call)
    {
        // Under the lock: nobody interrupts the machine's next call.
        lock (_calls)
        {
            _calls.Remove(call);
            call.Processor.EndInterruption();
        }
    }

    private void Run()
    {
        int idle = 0;
        lock (_calls)
        {
            while (!_isDisposed)
            {
                idle = _calls.Count == 0 ? idle + 1 : 0;
                foreach (var call in _calls)
                    if (call.IsOver) call.Processor.Interrupt();
                _sleeps = idle > IdleMax;
                if (_sleeps) Monitor.Wait(_calls);
                else Monitor.Wait(_calls, Interval);
            }
        }
    }

    internal sealed class Watched(
        CallWatch watch, TransactionProcessor processor, long deadline, CancellationToken cancellation) : IDisposable
    {
        public TransactionProcessor Processor { get; } = processor;

        public bool IsOver => cancellation.IsCancellationRequested || Environment.TickCount64 >= deadline;

        public void Dispose() => watch.End(this);
    }
}
