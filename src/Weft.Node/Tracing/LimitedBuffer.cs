using System.Buffers;
using Weft.Execution.Tracing;

namespace Weft.Node.Tracing;

/// <summary>Bytes on the way to a caller, of which there may be only so many. One thread.</summary>
internal sealed class LimitedBuffer(long bytesMax) : IBufferWriter<byte>, IDisposable
{
    private const int InitialSize = 4096;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(InitialSize);
    private int _length;

    public byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();

    /// <exception cref="TraceAbortedException">There are too many.</exception>
    public void Advance(int count)
    {
        _length += count;
        if (_length > bytesMax) throw TraceAbortedException.TooLarge(bytesMax);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _length) = ([], 0);
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _length >= count) return;
        long size = Math.Max(_length + (long)count, Math.Min(_bytes.Length * 2L, Array.MaxLength));
        if (size > Array.MaxLength) throw TraceAbortedException.TooLarge(bytesMax);
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)size);
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
