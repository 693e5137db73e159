using System.Net.WebSockets;
using System.Threading.Channels;

namespace Weft.Node.Rpc;

/// <summary>
/// One client over WebSocket: reads messages, answers a bounded number of them at the same time, and sends answers and
/// notifications in the order in which they were queued. A call has its place, and its share of the endpoint's memory,
/// until its answer has been sent: who does not read is not read. </summary>
internal sealed class WebSocketConnection : IRpcPush, IDisposable
{
    /// <summary>RFC 6455 as extended by its registry: the server is short of something.</summary>
    private const WebSocketCloseStatus TryAgainLater = (WebSocketCloseStatus)1013;

    private readonly WebSocket _socket;
    private readonly RpcDispatcher _dispatcher;
    private readonly RpcLimits _limits;
    private readonly TransferBudget _transfers;
    private readonly RpcOrigin _origin;
    private readonly SemaphoreSlim _places;
    private readonly Channel<Outgoing> _outgoing;

    /// <summary>Never disposed, and holds nothing that needs it: who notifies may be late, and closes what is closed.
    /// </summary>
    private readonly CancellationTokenSource _closed = new();

    private long _notificationBytes;

    public WebSocketConnection(
        WebSocket socket, RpcDispatcher dispatcher, RpcLimits limits, TransferBudget transfers, RpcOrigin origin)
    {
        (_socket, _dispatcher, _limits, _transfers, _origin) = (socket, dispatcher, limits, transfers, origin);
        _places = new(limits.MaxCallsPerSocket);
        _outgoing = Channel.CreateBounded<Outgoing>(
            new BoundedChannelOptions(limits.MaxQueuedNotifications) { SingleReader = true });
    }

    /// <summary>A notification has no share: its bytes are counted here.</summary>
    private readonly record struct Outgoing(ReadOnlyMemory<byte> Bytes, TransferBudget.Share? Share);

    public bool Send(ReadOnlyMemory<byte> message)
    {
        if (Interlocked.Add(ref _notificationBytes, message.Length) <= _limits.MaxQueuedBytes
            && _outgoing.Writer.TryWrite(new(message, null))) return true;
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
        // Calls that are being answered still use what is theirs; they see the token. No answer is queued any more.
        for (int i = 0; i < _limits.MaxCallsPerSocket; i++)
        {
            while (_outgoing.Reader.TryRead(out Outgoing unsent)) Sent(unsent);
            await _places.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>After <see cref="RunAsync"/>.</summary>
    public void Dispose() => _places.Dispose();

    private async Task ReceiveAll()
    {
        while (true)
        {
            var message = new ResponseBuffer(4096);
            TransferBudget.Share share = _transfers.Open();
            bool isAnswered = false;
            try
            {
                if (!await Receive(message, share).ConfigureAwait(false)) return;
                await _places.WaitAsync(_closed.Token).ConfigureAwait(false);
                isAnswered = true;
                _ = Answer(message, share);
            }
            finally
            {
                if (!isAnswered)
                {
                    share.Dispose();
                    message.Dispose();
                }
            }
        }
    }

    /// <summary>A whole message; false when the connection is to end.</summary>
    private async Task<bool> Receive(ResponseBuffer message, TransferBudget.Share share)
    {
        CancellationTokenSource? time = null;
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(
                    message.GetMemory(4096), time?.Token ?? _closed.Token).ConfigureAwait(false);
                message.Advance(part.Count);
                if (part.MessageType == WebSocketMessageType.Close) return false;
                if (message.Length > _limits.MaxRequestBytes)
                    return await End(WebSocketCloseStatus.MessageTooBig, "message too large").ConfigureAwait(false);
                if (!share.TryHold(message.Length))
                    return await End(TryAgainLater, "too many large messages are on their way").ConfigureAwait(false);
                if (part.EndOfMessage) return true;
                if (time is not null) continue;
                time = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
                time.CancelAfter(_limits.BodyTime);
            }
        }
        finally
        {
            time?.Dispose();
        }
    }

    private async Task Answer(ResponseBuffer request, TransferBudget.Share share)
    {
        bool isQueued = false;
        try
        {
            using var answer = new ResponseBuffer();
            var client = new Requester(this);
            await _dispatcher.AnswerAsync(request.Written, answer, client, _closed.Token).ConfigureAwait(false);
            if (answer.Length > 0)
            {
                if (!share.TryHold(answer.Length)) Close();
                await _outgoing.Writer.WriteAsync(new(answer.Written.ToArray(), share), _closed.Token)
                    .ConfigureAwait(false);
                isQueued = true;
            }
            client.Answered();
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The client is gone; there is nobody to tell.
        }
        finally
        {
            request.Dispose();
            if (!isQueued) Release(share);
        }
    }

    /// <summary>The call is over.</summary>
    private void Release(TransferBudget.Share share)
    {
        share.Dispose();
        _places.Release();
    }

    private async Task SendAll()
    {
        try
        {
            await foreach (Outgoing message in _outgoing.Reader.ReadAllAsync(_closed.Token).ConfigureAwait(false))
            {
                try
                {
                    await _socket.SendAsync(message.Bytes, WebSocketMessageType.Text, true, _closed.Token)
                        .ConfigureAwait(false);
                }
                finally
                {
                    Sent(message);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            Close();
        }
    }

    private void Sent(Outgoing message)
    {
        if (message.Share is { } share) Release(share);
        else Interlocked.Add(ref _notificationBytes, -message.Bytes.Length);
    }

    private async Task<bool> End(WebSocketCloseStatus status, string reason)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _socket.CloseOutputAsync(status, reason, patience.Token).ConfigureAwait(false);
        return false;
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

        public RpcOrigin Origin => connection._origin;

        public IRpcPush Push => connection;

        public void AfterAnswer(Action action) => _actions.Add(action);

        public void Answered()
        {
            foreach (Action action in _actions) action();
        }
    }
}
