using System.Buffers.Binary;
using System.Numerics;
using IronSnappy;

namespace Weft.Chain.Files;

/// <summary>Snappy's framing format (google/snappy, framing_format.txt): chunks of a type, a length of three bytes and,
/// for data, a masked CRC-32C of the unpacked bytes.</summary>
internal static class SnappyFrames
{
    /// <summary>Unpacked bytes of a chunk at most, and packed ones: what the worst data makes of 64 KiB.</summary>
    private const int ChunkSizeMax = 65536, PackedSizeMax = 32 + ChunkSizeMax + ChunkSizeMax / 6;

    private const byte Compressed = 0x00, Uncompressed = 0x01, FirstSkippable = 0x80, StreamIdentifier = 0xff;

    private static ReadOnlySpan<byte> Identifier => "sNaPpY"u8;

    /// <summary>What every stream begins with: a chunk with the identifier.</summary>
    private static readonly byte[] Header = [StreamIdentifier, 6, 0, 0, .. Identifier];

    /// <summary>Unpacks the next <paramref name="length"/> bytes of a file, which are whole frames.</summary>
    public static byte[] Read(FileCursor cursor, long length, int limit, string what)
    {
        long end = cursor.Position + length;
        using var unpacked = new MemoryStream();
        bool isIdentified = false;
        Span<byte> header = stackalloc byte[4];
        while (cursor.Position < end)
        {
            long position = cursor.Position;
            if (end - position < header.Length) throw cursor.Error(position, $"{what} ends inside a Snappy chunk");
            cursor.ReadExactly(header, what);
            int size = header[1] | header[2] << 8 | header[3] << 16;
            if (size > end - cursor.Position)
                throw cursor.Error(position, $"a Snappy chunk of {size} bytes does not fit {what}");
            if (!isIdentified && header[0] != StreamIdentifier)
                throw cursor.Error(position, $"{what} does not begin with Snappy's identifier");
            isIdentified = true;
            ReadChunk(cursor, header[0], size, position, unpacked, what);
            if (unpacked.Length > limit)
                throw cursor.Error(position, $"{what} is above the limit of {limit} bytes when unpacked");
        }
        return unpacked.ToArray();
    }

    public static byte[] Pack(ReadOnlySpan<byte> bytes)
    {
        using var packed = new MemoryStream();
        packed.Write(Header);
        while (!bytes.IsEmpty)
        {
            var chunk = bytes[..Math.Min(ChunkSizeMax, bytes.Length)];
            byte[] block = Snappy.Encode(chunk);
            // What does not shrink by an eighth is kept as it is, as the reference does.
            bool shrinks = block.Length < chunk.Length - chunk.Length / 8;
            WriteChunk(packed, shrinks ? Compressed : Uncompressed, shrinks ? block : chunk, MaskedChecksum(chunk));
            bytes = bytes[chunk.Length..];
        }
        return packed.ToArray();
    }

    private static void ReadChunk(
        FileCursor cursor, byte type, int size, long position, MemoryStream unpacked, string what)
    {
        switch (type)
        {
            case Compressed or Uncompressed:
                if (size is < 4 or > 4 + PackedSizeMax)
                    throw cursor.Error(position, $"a Snappy chunk of data with {size} bytes");
                ReadData(cursor, type, size - 4, position, unpacked, what);
                break;
            case StreamIdentifier:
                Span<byte> identifier = stackalloc byte[6];
                if (size == identifier.Length) cursor.ReadExactly(identifier, what);
                if (!identifier.SequenceEqual(Identifier)) throw cursor.Error(position, "a wrong Snappy identifier");
                break;
            case >= FirstSkippable:
                cursor.Skip(size, what);
                break;
            default:
                throw cursor.Error(position, $"an unknown Snappy chunk of type 0x{type:x2}");
        }
    }

    private static void ReadData(
        FileCursor cursor, byte type, int size, long position, MemoryStream unpacked, string what)
    {
        Span<byte> checksum = stackalloc byte[4];
        cursor.ReadExactly(checksum, what);
        byte[] data = [];
        cursor.ReadInto(ref data, 0, size, what);
        if (type == Compressed) data = Unpack(cursor, data, position);
        if (data.Length > ChunkSizeMax)
            throw cursor.Error(position, $"a Snappy chunk of {data.Length} bytes, {ChunkSizeMax} are allowed");
        if (MaskedChecksum(data) != BinaryPrimitives.ReadUInt32LittleEndian(checksum))
            throw cursor.Error(position, "the checksum of a Snappy chunk is wrong", "the file is damaged");
        unpacked.Write(data);
    }

    private static byte[] Unpack(FileCursor cursor, byte[] block, long position)
    {
        // The codec gives out memory for the length that a block claims; three bytes say up to 2^21, so look first.
        if (ClaimedSize(block) > ChunkSizeMax) throw cursor.Error(position, "a Snappy block claims too many bytes");
        try
        {
            return Snappy.Decode(block);
        }
        catch (IOException e)
        {
            throw cursor.Error(position, $"no Snappy block: {e.Message}");
        }
    }

    /// <summary>The varint at the beginning; a wrong one is left to the codec, which refuses it.</summary>
    private static ulong ClaimedSize(ReadOnlySpan<byte> block)
    {
        ulong size = 0;
        for (int i = 0; i < block.Length && i < 9; i++)
        {
            size |= (ulong)(block[i] & 0x7f) << (7 * i);
            if (block[i] < 0x80) return size;
        }
        return ulong.MaxValue;
    }

    private static void WriteChunk(MemoryStream target, byte type, ReadOnlySpan<byte> data, uint checksum)
    {
        Span<byte> header = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(header, (data.Length + 4) << 8 | type);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], checksum);
        target.Write(header);
        target.Write(data);
    }

    /// <summary>CRC-32C, rotated and shifted as the format says, for data that holds checksums itself.</summary>
    internal static uint MaskedChecksum(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        for (; data.Length >= 8; data = data[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (byte b in data) crc = BitOperations.Crc32C(crc, b);
        crc = ~crc;
        return BitOperations.RotateRight(crc, 15) + 0xa282ead8;
    }
}
