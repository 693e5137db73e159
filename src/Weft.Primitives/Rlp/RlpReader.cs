using System.Diagnostics;

namespace Weft.Primitives.Rlp;

/// <summary>
/// Reads RLP strictly (Yellow Paper, appendix B): every value has exactly one accepted encoding. Never throws for what
/// the input holds: the first error is kept and everything read from then on is empty or zero, so that decoders are
/// straight lines that look at <see cref="Error"/> once, at their end. Allocates nothing.
/// </summary>
public ref struct RlpReader
{
    private readonly ReadOnlySpan<byte> _input;
    private int _position;

    /// <summary>End of the innermost open list; equals <see cref="_position"/> after an error.</summary>
    private int _end;

    public RlpReader(ReadOnlySpan<byte> input)
    {
        _input = input;
        _end = input.Length;
    }

    /// <summary>The first rule that was broken.</summary>
    public DecodeError Error { get; private set; }

    /// <summary>Offset of the first error; undefined without one.</summary>
    public int ErrorOffset { get; private set; }

    public readonly bool Failed => Error != DecodeError.None;

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => _position;

    /// <summary>True while the open list, or the input, has items left; false after an error.</summary>
    public readonly bool HasMore => _position < _end;

    /// <summary>The next item is a list; false at the end.</summary>
    public readonly bool NextIsList => HasMore && _input[_position] >= 0xc0;

    /// <summary>Records an error of the item at <paramref name="offset"/>, unless there was one before.</summary>
    public void Fail(DecodeError error, int offset)
    {
        Debug.Assert(error != DecodeError.None, "a failure has a reason");
        if (Failed) return;
        (Error, ErrorOffset) = (error, offset);
        _position = _end;
    }

    /// <summary>Ends reading: the input must be used up.</summary>
    /// <returns>True when everything read was valid.</returns>
    public bool Finish()
    {
        if (HasMore) Fail(DecodeError.TrailingItems, _position);
        return !Failed;
    }

    /// <summary>Ends reading like <see cref="Finish"/>, with an exception instead of an answer.</summary>
    public void FinishOrThrow()
    {
        if (!Finish()) throw new RlpException(Error, ErrorOffset);
    }

    /// <summary>Steps into a list. The result must be given to <see cref="EndList"/>.</summary>
    public int BeginList()
    {
        int start = _position, outer = _end;
        int length = ReadHeader(out bool isList);
        if (Failed) return outer;
        if (!isList) Fail(DecodeError.ListExpected, start);
        else _end = _position + length;
        return outer;
    }

    /// <summary>Steps out of a list, all of whose items must have been read.</summary>
    public void EndList(int outer)
    {
        if (HasMore) Fail(DecodeError.TrailingItems, _position);
        if (!Failed) _end = outer;
    }

    /// <summary>Steps into a string that holds an encoding. <see cref="EndString"/> wants the result.</summary>
    public int BeginString()
    {
        int start = _position, outer = _end;
        int length = ReadHeader(out bool isList);
        if (isList) Fail(DecodeError.StringExpected, start);
        if (!Failed) _end = _position + length;
        return outer;
    }

    /// <summary>Steps out of a string, all of which must have been read.</summary>
    public void EndString(int outer) => EndList(outer);

    /// <summary>One byte as it is, outside RLP: a type (EIP-2718).</summary>
    public byte ReadRawByte()
    {
        if (HasMore) return _input[_position++];
        Fail(DecodeError.InputTooShort, _position);
        return 0;
    }

    /// <summary>Number of items left in the open list, at one look at each header. Fails when they are shorter than
    /// <paramref name="minItemSize"/> bytes each on average, so that the input pays for memory for that many.</summary>
    public int CountItems(int minItemSize)
    {
        int start = _position, count = 0;
        while (HasMore)
        {
            Skip();
            count++;
        }
        if (Failed) return 0;
        if ((long)count * minItemSize > _end - start)
        {
            Fail(DecodeError.WrongSize, start);
            return 0;
        }
        _position = start;
        return count;
    }

    /// <summary>Skips one item; what is inside a list is not looked at.</summary>
    public void Skip() => ReadRaw();

    /// <summary>One item with its header; what is inside a list is not looked at.</summary>
    public ReadOnlySpan<byte> ReadRaw()
    {
        int start = _position;
        int length = ReadHeader(out _);
        if (Failed) return [];
        _position += length;
        return _input[start.._position];
    }

    /// <summary>A string of any length, as a slice of the input.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        int start = _position;
        int length = ReadHeader(out bool isList);
        if (isList) Fail(DecodeError.StringExpected, start);
        if (Failed) return [];
        var bytes = _input.Slice(_position, length);
        _position += length;
        return bytes;
    }

    /// <summary>A string of exactly <paramref name="size"/> bytes; empty after an error.</summary>
    public ReadOnlySpan<byte> ReadBytes(int size)
    {
        int start = _position;
        var bytes = ReadBytes();
        if (bytes.Length == size) return bytes;
        Fail(DecodeError.WrongSize, start);
        return [];
    }

    public Hash256 ReadHash()
    {
        var bytes = ReadBytes(32);
        return Failed ? default : new(bytes);
    }

    public Address ReadAddress()
    {
        var bytes = ReadBytes(20);
        return Failed ? default : new(bytes);
    }

    /// <summary>An address, or null for the empty string: the recipient of a creating transaction.</summary>
    public Address? ReadOptionalAddress()
    {
        if (!HasMore || _input[_position] != 0x80) return ReadAddress();
        _position++;
        return null;
    }

    public byte ReadByte() => (byte)ReadUnsigned(1);

    public ulong ReadUInt64() => ReadUnsigned(8);

    public UInt256 ReadUInt256()
    {
        var bytes = ReadInteger(32);
        return UInt256.FromBigEndian(bytes);
    }

    private ulong ReadUnsigned(int maxSize)
    {
        ulong value = 0;
        foreach (byte b in ReadInteger(maxSize)) value = value << 8 | b;
        return value;
    }

    private ReadOnlySpan<byte> ReadInteger(int maxSize)
    {
        int start = _position;
        var bytes = ReadBytes();
        if (bytes.IsEmpty) return bytes;
        if (bytes[0] == 0) Fail(DecodeError.IntegerWithLeadingZero, start);
        else if (bytes.Length > maxSize) Fail(DecodeError.IntegerTooLarge, start);
        return Failed ? [] : bytes;
    }

    /// <summary>Moves to the payload of the next item and gives its length, which fits the open list.</summary>
    private int ReadHeader(out bool isList)
    {
        isList = false;
        if (!HasMore)
        {
            Fail(DecodeError.InputTooShort, _position);
            return 0;
        }
        int start = _position;
        byte prefix = _input[start];
        if (prefix < 0x80) return 1;
        isList = prefix >= 0xc0;
        int shortLength = prefix - (isList ? 0xc0 : 0x80);
        _position++;
        int length = shortLength <= 55 ? shortLength : ReadLongLength(start, shortLength - 55);
        if (Failed) return 0;
        if (length > _end - _position) Fail(DecodeError.InputTooShort, start);
        else if (prefix == 0x81 && _input[_position] < 0x80) Fail(DecodeError.SingleByteWithHeader, start);
        return Failed ? 0 : length;
    }

    /// <summary>The length of a long item, written in <paramref name="size"/> (1 to 8) bytes.</summary>
    private int ReadLongLength(int start, int size)
    {
        if (size > _end - _position)
        {
            Fail(DecodeError.InputTooShort, start);
            return 0;
        }
        if (_input[_position] == 0) Fail(DecodeError.LengthWithLeadingZero, start);
        else if (size > 4) Fail(DecodeError.LengthTooLarge, start);
        if (Failed) return 0;
        uint length = 0;
        foreach (byte b in _input.Slice(_position, size)) length = length << 8 | b;
        _position += size;
        if (length <= 55) Fail(DecodeError.LongFormOfShortItem, start);
        else if (length > int.MaxValue) Fail(DecodeError.LengthTooLarge, start);
        return Failed ? 0 : (int)length;
    }
}
