using System.IO.Compression;

namespace Weft.Chain.Files;

/// <summary>
/// Unpacks gzip, also of several members, and notices a stream that was cut off, which <see cref="GZipStream"/> takes
/// for its end: behind the input comes one more member with known bytes, and only a whole input lets them come out.
/// </summary>
internal sealed class GzipInput : ForwardStream
{
    private static readonly byte[] Mark = "the end, says us"u8.ToArray();
    private static readonly byte[] MarkMember = Pack(Mark);

    private readonly GZipStream _unpacked;
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _next, _end;
    private bool _isEnded;

    public GzipInput(Stream packed) => _unpacked = new(new Marked(packed), CompressionMode.Decompress);

    public override int Read(Span<byte> target)
    {
        // The last bytes are held back: they may be the mark.
        if (_end - _next <= Mark.Length) Refill();
        int count = Math.Min(target.Length, _end - _next - Mark.Length);
        if (count <= 0) return 0;
        _buffer.AsSpan(_next, count).CopyTo(target);
        _next += count;
        return count;
    }

    private void Refill()
    {
        _buffer.AsSpan(_next.._end).CopyTo(_buffer);
        (_next, _end) = (0, _end - _next);
        while (!_isEnded && _end <= Mark.Length)
        {
            int read = _unpacked.Read(_buffer.AsSpan(_end));
            _isEnded = read == 0;
            _end += read;
        }
        if (_isEnded && !_buffer.AsSpan(0, _end).SequenceEqual(Mark))
            throw new InvalidDataException("the gzip stream is cut off, or something else follows it");
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression, leaveOpen: true)) gzip.Write(bytes);
        return packed.ToArray();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _unpacked.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The input and then the member with the mark.</summary>
    private sealed class Marked(Stream packed) : ForwardStream
    {
        private int _marked = -1;

        public override int Read(Span<byte> target)
        {
            if (target.IsEmpty) return 0;
            if (_marked < 0)
            {
                int read = packed.Read(target);
                if (read > 0) return read;
                _marked = 0;
            }
            int count = Math.Min(target.Length, MarkMember.Length - _marked);
            MarkMember.AsSpan(_marked, count).CopyTo(target);
            _marked += count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) packed.Dispose();
            base.Dispose(disposing);
        }
    }
}
