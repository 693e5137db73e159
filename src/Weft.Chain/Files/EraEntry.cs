using System.Buffers.Binary;

namespace Weft.Chain.Files;

/// <summary>Types of the entries of an e2store file, as era1 and its relatives use them.</summary>
internal enum EraType : ushort
{
    Header = 0x03, Body = 0x04, Receipts = 0x05, TotalDifficulty = 0x06, Accumulator = 0x07,
    Version = 0x3265, BlockIndex = 0x3266, DynamicBlockIndex = 0x3267,
}

/// <summary>What is before every entry: a type of two bytes, a length of four, two that are zero.</summary>
internal readonly record struct EraEntry(EraType Type, uint Length, long Position)
{
    public const int HeaderSize = 8;

    public static EraEntry Read(FileCursor cursor)
    {
        long position = cursor.Position;
        Span<byte> header = stackalloc byte[HeaderSize];
        cursor.ReadExactly(header, "the header of an entry");
        if (BinaryPrimitives.ReadUInt16LittleEndian(header[6..]) != 0)
            throw cursor.Error(position, "no entry of an e2store file: its reserved bytes are not zero");
        var type = (EraType)BinaryPrimitives.ReadUInt16LittleEndian(header);
        return new(type, BinaryPrimitives.ReadUInt32LittleEndian(header[2..]), position);
    }

    public static void WriteHeader(Stream target, EraType type, int length)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        header.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)type);
        BinaryPrimitives.WriteInt32LittleEndian(header[2..], length);
        target.Write(header);
    }
}
