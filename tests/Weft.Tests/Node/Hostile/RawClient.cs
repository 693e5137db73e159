using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace Weft.Tests.Node.Hostile;

/// <summary>A client that sends what it likes.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _tcp = new();
    private readonly NetworkStream _stream;

    private RawClient(IPEndPoint node, int receiveBytes)
    {
        if (receiveBytes > 0) _tcp.ReceiveBufferSize = receiveBytes;
        _tcp.Connect(node);
        _stream = _tcp.GetStream();
    }

    public static RawClient To(IPEndPoint node, int receiveBytes = 0) => new(node, receiveBytes);

    public Task SendAsync(string text) => SendAsync(Encoding.ASCII.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes);

    public static string Head(string length, string others = "") =>
        $"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{length}\r\n{others}\r\n";

    /// <summary>What the node says until it ends the connection; throws where that takes longer.</summary>
    public async Task<string> ReadToEndAsync(TimeSpan patience)
    {
        using var time = new CancellationTokenSource(patience);
        using var read = new MemoryStream();
        try
        {
            await _stream.CopyToAsync(read, time.Token);
        }
        catch (IOException)
        {
            // Reset, for there is something that the node has not read; what came before counts.
        }
        return Encoding.ASCII.GetString(read.ToArray());
    }

    /// <summary>The first line of an answer.</summary>
    public async Task<string> ReadStatusAsync(TimeSpan patience)
    {
        using var time = new CancellationTokenSource(patience);
        var line = new StringBuilder();
        var one = new byte[1];
        while (await _stream.ReadAsync(one, time.Token) == 1 && one[0] != '\r') line.Append((char)one[0]);
        return line.ToString();
    }

    /// <summary>From now on frames of WebSocket are spoken, over the small buffers of this socket.</summary>
    public async Task<WebSocket> UpgradeAsync()
    {
        await SendAsync(
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        var one = new byte[1];
        for (string head = ""; !head.EndsWith("\r\n\r\n", StringComparison.Ordinal); head += (char)one[0])
            await _stream.ReadExactlyAsync(one);
        return WebSocket.CreateFromStream(_stream, new WebSocketCreationOptions { IsServer = false });
    }

    public void Dispose() => _tcp.Dispose();
}
