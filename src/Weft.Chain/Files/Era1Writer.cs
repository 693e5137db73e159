using System.Buffers.Binary;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;

namespace Weft.Chain.Files;

/// <summary>Writes an era1 file: at most 8192 blocks that follow each other, with receipts, total difficulties, their
/// accumulator and an index.</summary>
public sealed class Era1Writer : IBlockTarget
{
    private readonly Stream _stream;
    private readonly Accumulator _accumulator = new();
    private readonly List<long> _positions = [];
    private ulong _first;
    private long _position;

    /// <summary>Takes the stream over.</summary>
    public Era1Writer(Stream stream)
    {
        _stream = stream;
        WriteEntry(EraType.Version, []);
    }

    /// <summary>Blocks of a file at most.</summary>
    public static int BlocksMax => Accumulator.BlocksMax;

    public bool NeedsReceipts => true;

    public void Write(Block block, IReadOnlyList<Receipt> receipts, in UInt256 totalDifficulty)
    {
        if (_positions.Count == BlocksMax) throw new InvalidOperationException("an era1 file is full");
        if (_positions.Count == 0) _first = block.Header.Number;
        _positions.Add(_position);
        _accumulator.Add(block.Header.Hash, totalDifficulty);
        using var writer = new RlpWriter(1 << 16);
        BlockHeaderCodec.Write(block.Header, writer);
        WritePacked(EraType.Header, writer);
        WriteBody(block, writer);
        WritePacked(EraType.Body, writer);
        int list = writer.BeginList();
        for (int i = 0; i < receipts.Count; i++) ReceiptCodec.WriteItem(receipts[i], writer);
        writer.EndList(list);
        WritePacked(EraType.Receipts, writer);
        Span<byte> total = stackalloc byte[32];
        Accumulator.WriteLittleEndian(totalDifficulty, total);
        WriteEntry(EraType.TotalDifficulty, total);
    }

    public void Complete()
    {
        WriteEntry(EraType.Accumulator, _accumulator.ComputeRoot().Bytes);
        var index = new byte[8 * (_positions.Count + 2)];
        BinaryPrimitives.WriteUInt64LittleEndian(index, _first);
        for (int i = 0; i < _positions.Count; i++)
            BinaryPrimitives.WriteInt64LittleEndian(index.AsSpan(8 * (i + 1)), _positions[i] - _position);
        BinaryPrimitives.WriteInt64LittleEndian(index.AsSpan(index.Length - 8), _positions.Count);
        WriteEntry(EraType.BlockIndex, index);
        _stream.Flush();
    }

    public void Dispose() => _stream.Dispose();

    private static void WriteBody(Block block, RlpWriter writer)
    {
        int list = writer.BeginList();
        BlockCodec.WriteTransactions(block.Transactions, writer);
        BlockHeaderCodec.WriteList(block.Ommers, writer);
        if (block.Withdrawals is { } withdrawals) BlockCodec.WriteWithdrawals(withdrawals, writer);
        writer.EndList(list);
    }

    private void WritePacked(EraType type, RlpWriter writer)
    {
        WriteEntry(type, SnappyFrames.Pack(writer.Written));
        writer.Clear();
    }

    private void WriteEntry(EraType type, ReadOnlySpan<byte> content)
    {
        EraEntry.WriteHeader(_stream, type, content.Length);
        _stream.Write(content);
        _position += EraEntry.HeaderSize + content.Length;
    }
}
