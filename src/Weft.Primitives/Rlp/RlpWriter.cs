using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;

namespace Weft.Primitives.Rlp;

/// <summary>
/// Writes RLP (Yellow Paper, appendix B) into one pooled buffer that grows. The length of a list is not asked for in
/// advance: <see cref="EndList"/> puts the header before what was written, moving it when the header needs more than
/// the one byte kept free. That costs less than measuring everything first. Reusable by <see cref="Clear"/>; one
/// thread at a time.
/// </summary>
public sealed class RlpWriter : IDisposable
{
    /// <summary>The limit of an encoding, in bytes: far above any block, below where lengths overflow.</summary>
    private const int MaxSize = 1 << 30;

    private byte[] _buffer;
    private int _length;

    /// <summary>Room for <paramref name="capacity"/> bytes before the first growth.</summary>
    public RlpWriter(int capacity = 1024) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>What has been written, until the next call.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public int Length => _length;

    public byte[] ToArray() => Written.ToArray();

    public Hash256 Hash() => Keccak.Hash(Written);

    public void Clear() => _length = 0;

    public void Dispose()
    {
        byte[] buffer = _buffer;
        (_buffer, _length) = ([], 0);
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Opens a list. The result must be given to <see cref="EndList"/> after its items.</summary>
    public int BeginList()
    {
        Reserve(1);
        return _length++;
    }

    public void EndList(int start) => Close(start, 0xc0);

    /// <summary>Opens a string whose content follows through other calls: an encoding inside a string.</summary>
    public int BeginString() => BeginList();

    public void EndString(int start)
    {
        if (_length == start + 2 && _buffer[start + 1] < 0x80)
        {
            _buffer[start] = _buffer[start + 1];
            _length--;
            return;
        }
        Close(start, 0x80);
    }

    /// <summary>Bytes as they are, without header: an item that is encoded already, a type byte (EIP-2718).</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    public void WriteRaw(byte value) => Take(1)[0] = value;

    /// <summary>A string of bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 1 && bytes[0] < 0x80)
        {
            Take(1)[0] = bytes[0];
            return;
        }
        if (bytes.Length <= 55)
        {
            Take(1)[0] = (byte)(0x80 + bytes.Length);
        }
        else
        {
            int size = LengthSize(bytes.Length);
            WriteLongHeader(Take(1 + size), bytes.Length, 0x80);
        }
        bytes.CopyTo(Take(bytes.Length));
    }

    public void Write(in Hash256 hash)
    {
        var target = Take(33);
        target[0] = 0xa0;
        hash.CopyTo(target[1..]);
    }

    public void Write(in Address address)
    {
        var target = Take(21);
        target[0] = 0x94;
        address.CopyTo(target[1..]);
    }

    /// <summary>An address, or the empty string for null: the recipient of a creating transaction.</summary>
    public void Write(Address? address)
    {
        if (address is { } present) Write(present);
        else Take(1)[0] = 0x80;
    }

    /// <summary>An integer without leading zeros; zero is the empty string.</summary>
    public void Write(ulong value)
    {
        if (value is > 0 and < 0x80)
        {
            Take(1)[0] = (byte)value;
            return;
        }
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        bytes = bytes[(BitOperations.LeadingZeroCount(value) / 8)..];
        var target = Take(1 + bytes.Length);
        target[0] = (byte)(0x80 + bytes.Length);
        bytes.CopyTo(target[1..]);
    }

    /// <summary>An integer without leading zeros; zero is the empty string.</summary>
    public void Write(in UInt256 value)
    {
        if (value.IsUInt64)
        {
            Write(value.U0);
            return;
        }
        Span<byte> bytes = stackalloc byte[32];
        value.WriteBigEndian(bytes);
        Write(bytes[(32 - value.ByteLength)..]);
    }

    /// <summary>Replaces the trie node written since <paramref name="start"/> by what its parent holds: the node itself
    /// when it has less than 32 bytes, its digest otherwise (Yellow Paper, appendix D).</summary>
    internal void FoldNode(int start)
    {
        if (_length - start < 32) return;
        var digest = Keccak.Hash(_buffer.AsSpan(start, _length - start));
        _length = start;
        Write(digest);
    }

    private void Close(int start, int offset)
    {
        int length = _length - start - 1;
        Debug.Assert(length >= 0, "a list ends after it began");
        if (length <= 55)
        {
            _buffer[start] = (byte)(offset + length);
            return;
        }
        int size = LengthSize(length);
        Take(size);
        _buffer.AsSpan(start + 1, length).CopyTo(_buffer.AsSpan(start + 1 + size));
        WriteLongHeader(_buffer.AsSpan(start, 1 + size), length, offset);
    }

    /// <summary>Bytes that a length above 55 takes, 1 to 4.</summary>
    private static int LengthSize(int length) => (39 - BitOperations.LeadingZeroCount((uint)length)) / 8;

    private static void WriteLongHeader(Span<byte> target, int length, int offset)
    {
        int size = target.Length - 1;
        target[0] = (byte)(offset + 55 + size);
        for (int i = 1; i <= size; i++) target[i] = (byte)(length >> (8 * (size - i)));
    }

    private Span<byte> Take(int count)
    {
        Reserve(count);
        var taken = _buffer.AsSpan(_length, count);
        _length += count;
        return taken;
    }

    private void Reserve(int count)
    {
        if (count > _buffer.Length - _length) Grow(count);
    }

    private void Grow(int count)
    {
        long needed = (long)_length + count;
        if (needed > MaxSize) throw new InvalidOperationException("an encoding exceeds 1 GiB");
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(MaxSize, Math.Max(2L * _buffer.Length, needed)));
        Written.CopyTo(larger);
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
