using System.Net.WebSockets;
using System.Threading.Channels;

namespace Weft.Node.Rpc;

/// <summary>
/// One client over WebSocket: reads messages, answers a bounded number of them at the same time, and sends answers and
/// notifications in the order in which they were queued. </summary>
internal sealed class WebSocketConnection : IRpcPush, IDisposable
{
    private readonly WebSocket _socket;
    private readonly RpcDispatcher _dispatcher;
    private readonly RpcLimits _limits;
    private readonly SemaphoreSlim _places;
    private readonly Channel<ReadOnlyMemory<byte>> _outgoing;
    private readonly CancellationTokenSource _closed = new();

    public WebSocketConnection(WebSocket socket, RpcDispatcher dispatcher, RpcLimits limits)
    {
        (_socket, _dispatcher, _limits) = (socket, dispatcher, limits);
        _places = new(limits.MaxCallsPerSocket);
        _outgoing = Channel.CreateBounded<ReadOnlyMemory<byte>>(
            new BoundedChannelOptions(limits.MaxQueuedNotifications) { SingleReader = true });
    }

    public bool Send(ReadOnlyMemory<byte> message)
    {
        if (_outgoing.Writer.TryWrite(message)) return true;
        Close();
        return false;
    }

    public void OnClosed(Action action) => _closed.Token.Register(action);

    /// <summary>Until the client goes, breaks the protocol, or <paramref name="stopping"/>.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var registration = stopping.Register(Close);
        Task sending = SendAll();
        try
        {
            await ReceiveAll().ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The client is gone; there is nobody to tell.
        }
        Close();
        await sending.ConfigureAwait(false);
        // Calls that are being answered still use what is theirs; they see the token.
        for (int i = 0; i < _limits.MaxCallsPerSocket; i++) await _places.WaitAsync(CancellationToken.None)
            .ConfigureAwait(false);
    }

    /// <summary>After <see cref="RunAsync"/>.</summary>
    public void Dispose()
    {
        _closed.Dispose();
        _places.Dispose();
    }

    private async Task ReceiveAll()
    {
        using var message = new ResponseBuffer(4096);
        while (true)
        {
            message.Truncate(0);
            ValueWebSocketReceiveResult part;
            do
            {
                part = await _socket.ReceiveAsync(message.GetMemory(4096), _closed.Token).ConfigureAwait(false);
                message.Advance(part.Count);
                if (part.MessageType == WebSocketMessageType.Close) return;
                if (message.Length > _limits.MaxRequestBytes)
                {
                    await End(WebSocketCloseStatus.MessageTooBig, "message too large").ConfigureAwait(false);
                    return;
                }
            }
            while (!part.EndOfMessage);
            await _places.WaitAsync(_closed.Token).ConfigureAwait(false);
            _ = Answer(message.Written.ToArray());
        }
    }

    private async Task Answer(byte[] request)
    {
        try
        {
            using var answer = new ResponseBuffer();
            var client = new Requester(this);
            await _dispatcher.AnswerAsync(request, answer, client, _closed.Token).ConfigureAwait(false);
            if (answer.Length > 0)
                await _outgoing.Writer.WriteAsync(answer.Written.ToArray(), _closed.Token).ConfigureAwait(false);
            client.Answered();
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The client is gone; there is nobody to tell.
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task SendAll()
    {
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync(_closed.Token).ConfigureAwait(false))
                await _socket.SendAsync(message, WebSocketMessageType.Text, true, _closed.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            Close();
        }
    }

    private async Task End(WebSocketCloseStatus status, string reason)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _socket.CloseOutputAsync(status, reason, patience.Token).ConfigureAwait(false);
    }

    private void Close()
    {
        _outgoing.Writer.TryComplete();
        _closed.Cancel();
    }

    /// <summary>The connection for one request.</summary>
    private sealed class Requester(WebSocketConnection connection) : IRpcClient
    {
        private readonly List<Action> _actions = [];

        public IRpcPush Push => connection;

        public void AfterAnswer(Action action) => _actions.Add(action);

        public void Answered()
        {
            foreach (Action action in _actions) action();
        }
    }
}
