namespace Weft.Chain.Files;

/// <summary>A stream that is read forward, knows how far, and turns every way of failing into a
/// <see cref="BlockFileException"/>. A length that the input claims costs memory only as its bytes arrive.</summary>
internal sealed class FileCursor(Stream stream, string name) : IDisposable
{
    private const int BufferSize = 64 << 10;

    private readonly byte[] _buffer = new byte[BufferSize];
    private int _next, _end;

    /// <summary>Bytes read so far.</summary>
    public long Position { get; private set; }

    public string Name => name;

    /// <summary>Bytes that are in memory already.</summary>
    public int Buffered => _end - _next;

    public bool AtEnd => _next == _end && Fill() == 0;

    /// <summary>Some of the next bytes without taking them: as many as there are, at most <paramref name="count"/>.
    /// </summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        while (_end - _next < count)
        {
            _buffer.AsSpan(_next.._end).CopyTo(_buffer);
            (_next, _end) = (0, _end - _next);
            int read = Read(_buffer.AsSpan(_end));
            if (read == 0) break;
            _end += read;
        }
        return _buffer.AsSpan(_next, Math.Min(count, _end - _next));
    }

    /// <summary>Fills all of <paramref name="target"/>; <paramref name="what"/> says in messages what ends too soon.
    /// </summary>
    public void ReadExactly(Span<byte> target, string what)
    {
        long start = Position;
        while (!target.IsEmpty)
        {
            if (AtEnd) throw CutOff(start, what);
            int count = Math.Min(target.Length, _end - _next);
            _buffer.AsSpan(_next, count).CopyTo(target);
            target = target[count..];
            _next += count;
            Position += count;
        }
    }

    /// <summary>Reads <paramref name="length"/> bytes behind the first <paramref name="kept"/> of a buffer that grows
    /// as they arrive.</summary>
    public void ReadInto(ref byte[] target, int kept, int length, string what)
    {
        int done = 0;
        while (done < length)
        {
            int room = Math.Min(length - done, Math.Max(BufferSize, done));
            if (target.Length - kept - done < room)
                Array.Resize(ref target, (int)Math.Min((long)kept + length, (kept + done + room) * 2L));
            ReadExactly(target.AsSpan(kept + done, room), what);
            done += room;
        }
    }

    public void Skip(long count, string what)
    {
        long start = Position;
        while (count > 0)
        {
            if (AtEnd) throw CutOff(start, what);
            int step = (int)Math.Min(count, _end - _next);
            _next += step;
            Position += step;
            count -= step;
        }
    }

    public BlockFileException Error(long position, string reason, string? remedy = null) =>
        new(name, position, reason, remedy);

    public void Dispose() => stream.Dispose();

    private BlockFileException CutOff(long start, string what) =>
        new(name, start, $"the file ends inside {what}", $"it is cut off after {Position} bytes; get it again");

    private int Fill()
    {
        _next = 0;
        _end = 0;
        return _end = Read(_buffer);
    }

    private int Read(Span<byte> target)
    {
        try
        {
            return stream.Read(target);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new BlockFileException(name, Position + _end - _next, $"cannot be read: {e.Message}", inner: e);
        }
    }
}
