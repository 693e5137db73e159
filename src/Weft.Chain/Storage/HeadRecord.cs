using Weft.Primitives;
using Weft.Primitives.Rlp;

namespace Weft.Chain.Storage;

/// <summary>What a database says of itself: its head and the genesis that it began with, under a checksum.</summary>
internal readonly record struct HeadRecord(ulong Number, Hash256 Hash, Hash256 Genesis)
{
    private const ulong Format = 1;
    private const int ChecksumSize = 8;

    /// <summary>rlp([format, number, hash, genesis]) and the first bytes of its Keccak-256.</summary>
    public byte[] Encode()
    {
        using var writer = new RlpWriter(128);
        int list = writer.BeginList();
        writer.Write(Format);
        writer.Write(Number);
        writer.Write(Hash);
        writer.Write(Genesis);
        writer.EndList(list);
        writer.WriteRaw(writer.Hash().Bytes[..ChecksumSize]);
        return writer.ToArray();
    }

    public static HeadRecord Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= ChecksumSize) throw ChainTables.Damaged($"the head record has {bytes.Length} bytes");
        ReadOnlySpan<byte> content = bytes[..^ChecksumSize];
        Hash256 digest = Keccak.Hash(content);
        if (!digest.Bytes[..ChecksumSize].SequenceEqual(bytes[^ChecksumSize..]))
            throw ChainTables.Damaged("the checksum of the head record differs");
        var reader = new RlpReader(content);
        int list = reader.BeginList();
        ulong format = reader.ReadUInt64();
        var record = new HeadRecord(reader.ReadUInt64(), reader.ReadHash(), reader.ReadHash());
        reader.EndList(list);
        if (!reader.Finish()) throw ChainTables.Damaged($"the head record: {reader.Error}");
        return format == Format
            ? record
            : throw new InvalidDataException($"the chain has format {format}, this program knows {Format}");
    }
}
