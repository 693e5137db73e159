using System.Net.Sockets;
using System.Text;
using Weft.Cli.Input;

namespace Weft.Cli.Bench;

/// <summary>A client whose times are those of the node: one connection with blocking calls of the system, so that no
/// thread of the generator stands between. One thread at a time.</summary>
internal sealed class LoadProbe : IDisposable
{
    private const int AnswerMax = 64 << 10;

    private static readonly byte[] EndOfHeaders = "\r\n\r\n"u8.ToArray();

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Uri _url;
    private readonly byte[] _buffer = new byte[AnswerMax];

    /// <exception cref="InputException">Nobody answers there.</exception>
    public LoadProbe(Uri url)
    {
        _url = url;
        try
        {
            _socket.Connect(url.Host, url.Port);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new InputException(url.ToString(), "", e.Message);
        }
    }

    /// <summary>A request as it goes out.</summary>
    public byte[] Prepare(string body) => Encoding.ASCII.GetBytes(
        $"POST {_url.PathAndQuery} HTTP/1.1\r\nHost: {_url.Authority}\r\nContent-Type: application/json\r\n"
        + $"Content-Length: {body.Length}\r\n\r\n{body}");

    /// <summary>Returns when the last byte of the answer has come.</summary>
    /// <exception cref="InputException">The connection ended, or what came is no answer.</exception>
    public void Send(ReadOnlySpan<byte> prepared)
    {
        _socket.Send(prepared);
        int length = 0, end = -1;
        while (end < 0 || length < end)
        {
            int read = length < _buffer.Length ? _socket.Receive(_buffer.AsSpan(length)) : 0;
            if (read == 0) throw new InputException(_url.ToString(), "", "the node has ended the connection");
            length += read;
            if (end < 0) end = FindEnd(_buffer.AsSpan(0, length));
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>The length of the whole answer; -1 as long as its headers are not complete.</summary>
    private int FindEnd(ReadOnlySpan<byte> received)
    {
        int headers = received.IndexOf(EndOfHeaders);
        if (headers < 0) return -1;
        string text = Encoding.ASCII.GetString(received[..headers]);
        foreach (string line in text.Split("\r\n"))
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(line.AsSpan("Content-Length:".Length), out int length))
                return headers + EndOfHeaders.Length + length;
        throw new InputException(_url.ToString(), "", $"no length in the answer: {text}");
    }
}
