using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Weft.Node.Forks;

namespace Weft.Node.Rpc;

/// <summary>Counts calls by method. Safe on any thread; only names that exist are kept, so memory is bounded.</summary>
public sealed class RpcMetrics(ILogger logger)
{
    private static readonly Action<ILogger, string, Exception?> MethodFailed = LoggerMessage.Define<string>(
        LogLevel.Error, new(1, nameof(MethodFailed)), "the method {Method} failed");

    private static readonly Action<ILogger, string, string, Exception?> OtherNodeFailed =
        LoggerMessage.Define<string, string>(
            LogLevel.Warning, new(2, nameof(OtherNodeFailed)), "{Method}: {Reason}");

    private readonly ConcurrentDictionary<string, Counter> _byMethod = new(StringComparer.Ordinal);
    private long _invalid;

    /// <summary>Requests that are no calls.</summary>
    public long Invalid => Interlocked.Read(ref _invalid);

    /// <summary>Called once for every method that is answered.</summary>
    public void Register(IEnumerable<string> methods)
    {
        foreach (string method in methods) _byMethod.TryAdd(method, new());
    }

    public long Begin() => Stopwatch.GetTimestamp();

    public void Count(string method, long began, bool isError)
    {
        if (_byMethod.TryGetValue(method, out Counter? counter))
            counter.Add(Stopwatch.GetTimestamp() - began, isError);
        else
            CountInvalid();
    }

    public void CountInvalid() => Interlocked.Increment(ref _invalid);

    /// <summary>What another node does not give is no fault of this one: where it was missed does not matter.</summary>
    public void ReportFailure(string method, Exception exception)
    {
        if (exception.InnerException is RemoteException) OtherNodeFailed(logger, method, exception.Message, null);
        else MethodFailed(logger, method, exception);
    }

    /// <summary>Methods that have been called, with calls, errors and seconds.</summary>
    public IEnumerable<(string Method, long Calls, long Errors, double Seconds)> Read() =>
        from entry in _byMethod
        let counter = entry.Value
        where counter.Calls > 0
        orderby entry.Key
        select (entry.Key, counter.Calls, counter.Errors, counter.Ticks / (double)Stopwatch.Frequency);

    private sealed class Counter
    {
        private long _calls, _errors, _ticks;

        public long Calls => Interlocked.Read(ref _calls);

        public long Errors => Interlocked.Read(ref _errors);

        public long Ticks => Interlocked.Read(ref _ticks);

        public void Add(long ticks, bool isError)
        {
            Interlocked.Increment(ref _calls);
            Interlocked.Add(ref _ticks, ticks);
            if (isError) Interlocked.Increment(ref _errors);
        }
    }
}
