using System.Diagnostics;

namespace Weft.Execution.Tracing;

/// <summary>
/// What one trace may cost: time from its construction on, and bytes of what is written about it in the end. One
/// thread, the token aside.
/// </summary>
public sealed class TraceBudget(TimeSpan timeout, long bytesMax, CancellationToken cancellation)
{
    private const int StepsBetweenLooks = 1024;

    private readonly long _start = Stopwatch.GetTimestamp();
    private long _bytes;
    private int _steps;

    public static TraceBudget Unlimited => new(Timeout.InfiniteTimeSpan, long.MaxValue, CancellationToken.None);

    /// <summary>For every instruction.</summary>
    /// <exception cref="TraceAbortedException">The time is over.</exception>
    public void Step()
    {
        if (++_steps < StepsBetweenLooks) return;
        _steps = 0;
        CheckTime();
    }

    /// <summary>For everything that is kept.</summary>
    /// <exception cref="TraceAbortedException">It is too much.</exception>
    public void Charge(long bytes)
    {
        _bytes += bytes;
        if (_bytes > bytesMax) throw TraceAbortedException.TooLarge(bytesMax);
    }

    public void CheckTime()
    {
        if (cancellation.IsCancellationRequested) throw TraceAbortedException.Cancelled();
        if (timeout != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(_start) > timeout)
            throw new TraceAbortedException("execution timeout");
    }
}

/// <summary>A trace that took too long or became too large; the message is for whoever asked for it.</summary>
public sealed class TraceAbortedException(string message) : Exception(message)
{
    public static TraceAbortedException Cancelled() => new("tracing was cancelled");

    public static TraceAbortedException TooLarge(long bytesMax) => new(
        $"the trace is larger than {bytesMax} bytes; \"limit\", \"disableStack\", \"disableStorage\" and the tracers "
        + "that keep less make it smaller");
}
