namespace Weft.Node.Rpc;

/// <summary>What an endpoint bears. Every limit has an error that names it.</summary>
public sealed record RpcLimits
{
    /// <summary>One trusted client with large payloads and blobs, who waits for blocks to be executed.</summary>
    public static RpcLimits OfEngine { get; } = new()
    {
        MaxRequestBytes = 128L << 20, MaxTransferBytes = 1L << 30, MaxConnections = 64,
        CallTime = TimeSpan.FromSeconds(60), ShortCallTime = Timeout.InfiniteTimeSpan,
    };

    public long MaxRequestBytes { get; init; } = 8L << 20;

    /// <summary>Requests that arrive and answers that are sent, of all clients together.</summary>
    public long MaxTransferBytes { get; init; } = 256L << 20;

    /// <summary>From the headers to the end of the body.</summary>
    public TimeSpan BodyTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>From the first byte to the end of the headers.</summary>
    public TimeSpan HeaderTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Levels of arrays and objects.</summary>
    public int MaxDepth { get; init; } = 64;

    public int MaxBatchCalls { get; init; } = 1000;

    /// <summary>Of a batch: what exceeds it is answered with an error each.</summary>
    public int MaxResponseBytes { get; init; } = 64 << 20;

    public int MaxConnections { get; init; } = 4096;

    /// <summary>Calls of one connection of WebSocket that are answered at the same time.</summary>
    public int MaxCallsPerSocket { get; init; } = 16;

    /// <summary>Notifications that wait for a slow reader before it is cut off.</summary>
    public int MaxQueuedNotifications { get; init; } = 4096;

    /// <summary>Bytes of such notifications, and of answers; beyond them its requests are not read.</summary>
    public int MaxQueuedBytes { get; init; } = 16 << 20;

    /// <summary>Requests a second of one address, a burst of as many; 0: no limit.</summary>
    public int RequestsPerSecond { get; init; }

    /// <summary>For one call.</summary>
    public TimeSpan CallTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A call that takes longer gives its place to another one and goes on behind all that are shorter;
    /// infinite: none does.</summary>
    public TimeSpan ShortCallTime { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>A batch of more calls is answered a slice at a time, behind single calls and small batches.</summary>
    public int SmallBatchCalls { get; init; } = 4;

    /// <summary>Threads for calls that execute or search, and as many for large batches.</summary>
    public int Workers { get; init; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>Such calls that may wait.</summary>
    public int MaxWaitingCalls { get; init; } = 1024;
}
