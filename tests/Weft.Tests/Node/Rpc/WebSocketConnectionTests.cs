using System.Net.WebSockets;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.Node.Rpc;
using Xunit;

namespace Weft.Tests.Node.Rpc;

public sealed class WebSocketConnectionTests
{
    /// <summary>Whoever notifies has found the subscription before the client went, and may come at any time after.
    /// </summary>
    [Fact]
    public async Task Notification_for_a_connection_that_is_gone_is_refused()
    {
        using var workers = new Workers(1, 1, Timeout.InfiniteTimeSpan);
        using var batches = new BatchThreads(1);
        var limits = new RpcLimits();
        var dispatcher = new RpcDispatcher(new(), limits, workers, batches, new(NullLogger.Instance));
        // The client is gone before it has said anything.
        using var socket = WebSocket.CreateFromStream(Stream.Null, new WebSocketCreationOptions { IsServer = true });
        var connection = new WebSocketConnection(socket, dispatcher, limits, new(1000), new(1, "one"));
        await connection.RunAsync(default);
        connection.Dispose();

        Assert.False(connection.Send("{}"u8.ToArray()));
        bool isTold = false;
        connection.OnClosed(() => isTold = true);
        Assert.True(isTold);
    }
}
