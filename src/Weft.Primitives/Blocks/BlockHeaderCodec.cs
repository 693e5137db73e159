using System.Buffers.Binary;
using Weft.Primitives.Rlp;

namespace Weft.Primitives.Blocks;

/// <summary>Reads and writes headers. Fields that came with a fork follow in the order of the forks.</summary>
public static class BlockHeaderCodec
{
    /// <summary>How many fields a header has from each fork on that added some.</summary>
    private const int FrontierFields = 15, LondonFields = 16, ShanghaiFields = 17, CancunFields = 20, PragueFields = 21;

    /// <summary>The fields of fixed size, in bytes.</summary>
    internal const int MinHeaderSize = 490;

    public static void Write(BlockHeader header, RlpWriter writer)
    {
        int list = writer.BeginList();
        writer.Write(header.ParentHash);
        writer.Write(header.OmmersHash);
        writer.Write(header.Beneficiary);
        writer.Write(header.StateRoot);
        writer.Write(header.TransactionsRoot);
        writer.Write(header.ReceiptsRoot);
        writer.Write(header.LogsBloom.Bytes);
        writer.Write(header.Difficulty);
        writer.Write(header.Number);
        writer.Write(header.GasLimit);
        writer.Write(header.GasUsed);
        writer.Write(header.Timestamp);
        writer.Write(header.ExtraData.Span);
        writer.Write(header.MixHash);
        WriteNonce(header.Nonce, writer);
        WriteForkFields(header, writer);
        writer.EndList(list);
    }

    public static void WriteList(IReadOnlyList<BlockHeader> headers, RlpWriter writer)
    {
        int list = writer.BeginList();
        for (int i = 0; i < headers.Count; i++) Write(headers[i], writer);
        writer.EndList(list);
    }

    /// <summary>A result means something only when the reader has not failed.</summary>
    public static BlockHeader Read(ref RlpReader reader)
    {
        int start = reader.Position;
        int list = reader.BeginList();
        int fields = reader.CountItems(1);
        if (fields is not (FrontierFields or LondonFields or ShanghaiFields or CancunFields or PragueFields))
            reader.Fail(DecodeError.WrongFieldCount, start);
        // Initializers run in the order in which they are written, which is the order on the wire.
        var header = new BlockHeader
        {
            ParentHash = reader.ReadHash(),
            OmmersHash = reader.ReadHash(),
            Beneficiary = reader.ReadAddress(),
            StateRoot = reader.ReadHash(),
            TransactionsRoot = reader.ReadHash(),
            ReceiptsRoot = reader.ReadHash(),
            LogsBloom = ReadBloom(ref reader),
            Difficulty = reader.ReadUInt256(),
            Number = reader.ReadUInt64(),
            GasLimit = reader.ReadUInt64(),
            GasUsed = reader.ReadUInt64(),
            Timestamp = reader.ReadUInt64(),
            ExtraData = reader.ReadBytes().ToArray(),
            MixHash = reader.ReadHash(),
            Nonce = ReadNonce(ref reader),
            BaseFeePerGas = fields >= LondonFields ? reader.ReadUInt256() : null,
            WithdrawalsRoot = fields >= ShanghaiFields ? reader.ReadHash() : null,
            BlobGasUsed = fields >= CancunFields ? reader.ReadUInt64() : null,
            ExcessBlobGas = fields >= CancunFields ? reader.ReadUInt64() : null,
            ParentBeaconBlockRoot = fields >= CancunFields ? reader.ReadHash() : null,
            RequestsHash = fields >= PragueFields ? reader.ReadHash() : null,
        };
        reader.EndList(list);
        return header;
    }

    public static BlockHeader[] ReadList(ref RlpReader reader)
    {
        int list = reader.BeginList();
        int count = reader.CountItems(MinHeaderSize);
        var headers = count == 0 ? [] : new BlockHeader[count];
        for (int i = 0; i < headers.Length && !reader.Failed; i++) headers[i] = Read(ref reader);
        reader.EndList(list);
        return headers;
    }

    internal static Bloom ReadBloom(ref RlpReader reader)
    {
        var bytes = reader.ReadBytes(Bloom.Size);
        return reader.Failed || bytes.IndexOfAnyExcept((byte)0) < 0 ? Bloom.Empty : Bloom.FromBytes(bytes);
    }

    private static void WriteForkFields(BlockHeader header, RlpWriter writer)
    {
        if (header.BaseFeePerGas is { } baseFee) writer.Write(baseFee);
        if (header.WithdrawalsRoot is { } withdrawalsRoot) writer.Write(withdrawalsRoot);
        if (header.BlobGasUsed is { } blobGasUsed) writer.Write(blobGasUsed);
        if (header.ExcessBlobGas is { } excessBlobGas) writer.Write(excessBlobGas);
        if (header.ParentBeaconBlockRoot is { } beaconRoot) writer.Write(beaconRoot);
        if (header.RequestsHash is { } requestsHash) writer.Write(requestsHash);
    }

    /// <summary>The nonce is 8 bytes, not an integer: zeros are written.</summary>
    private static void WriteNonce(ulong nonce, RlpWriter writer)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, nonce);
        writer.Write(bytes);
    }

    private static ulong ReadNonce(ref RlpReader reader)
    {
        var bytes = reader.ReadBytes(8);
        return reader.Failed ? 0 : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }
}
