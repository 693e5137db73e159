using System.Buffers.Binary;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;

namespace Weft.Chain.Files;

/// <summary>
/// Blocks of an e2store file: era1, where header, body, receipts and total difficulty of a block follow each other, or
/// a relative, where all headers come first. Headers must follow each other; an accumulator, total difficulties and a
/// block index, where the file has them, are checked against the headers.
/// </summary>
internal sealed class EraReader(FileCursor cursor) : IBlockSource
{
    /// <summary>Headers may wait for their bodies, 8192 of them; consensus allows far less a header.</summary>
    private const int HeaderSizeMax = 4 << 10;

    private const int WordSize = 32;

    /// <summary>Entries behind the blocks that are not known are passed over up to this length.</summary>
    private const uint EntrySizeMax = 1 << 30;

    private readonly Queue<(BlockHeader Header, long Position)> _waiting = new();
    private readonly List<long> _positions = [];
    private Accumulator _accumulator = new();
    private readonly Queue<BlockHeader> _withoutDifficulty = new();
    private BlockHeader? _first, _last;
    private UInt256? _totalDifficulty;
    private bool _isVersioned;

    public bool TryRead(ulong from, out EncodedBlock block)
    {
        while (!cursor.AtEnd)
        {
            var entry = EraEntry.Read(cursor);
            if (!_isVersioned && entry.Type != EraType.Version)
                throw cursor.Error(entry.Position, "an e2store file begins with its version");
            if (entry.Type != EraType.Body)
            {
                ReadOther(entry);
                continue;
            }
            if (_waiting.Count == 0) throw cursor.Error(entry.Position, "a body without header");
            var (header, position) = _waiting.Dequeue();
            if (header.Number < from)
            {
                cursor.Skip(entry.Length, "a body");
                continue;
            }
            block = new(Join(header, ReadBody(entry), entry.Position), header.Number, cursor.Name, position);
            return true;
        }
        if (_waiting.Count > 0) throw cursor.Error(_waiting.Peek().Position, "a header without body");
        block = default;
        return false;
    }

    public void Dispose() => cursor.Dispose();

    private void ReadOther(EraEntry entry)
    {
        switch (entry.Type)
        {
            case EraType.Version:
                BeginGroup(entry);
                break;
            case EraType.Header:
                ReadHeader(entry);
                break;
            case EraType.TotalDifficulty:
                CheckTotalDifficulty(entry);
                break;
            case EraType.Accumulator:
                CheckAccumulator(entry);
                break;
            case EraType.BlockIndex:
                CheckIndex(entry);
                break;
            default:
                if (entry.Length > EntrySizeMax)
                    throw cursor.Error(entry.Position, $"an entry of {entry.Length} bytes", "the file is damaged");
                cursor.Skip(entry.Length, $"an entry of type 0x{(ushort)entry.Type:x}");
                break;
        }
    }

    /// <summary>e2store files can be appended to each other.</summary>
    private void BeginGroup(EraEntry entry)
    {
        if (entry.Length != 0) throw cursor.Error(entry.Position, "the version has a content; is this a newer format?");
        if (_waiting.Count > 0) throw cursor.Error(_waiting.Peek().Position, "a header without body");
        _isVersioned = true;
        _accumulator = new();
        _positions.Clear();
        _withoutDifficulty.Clear();
        (_first, _last, _totalDifficulty) = (null, null, null);
    }

    private void ReadHeader(EraEntry entry)
    {
        if (_positions.Count == Accumulator.BlocksMax)
            throw cursor.Error(entry.Position, $"more than {Accumulator.BlocksMax} blocks");
        byte[] bytes = SnappyFrames.Read(cursor, entry.Length, HeaderSizeMax, "a header");
        var header = Decode(bytes, entry.Position);
        if (_last is { } last && (header.Number != last.Number + 1 || header.ParentHash != last.Hash))
            throw cursor.Error(entry.Position, $"header {header.Number} does not follow header {last.Number}");
        _first ??= header;
        _last = header;
        _positions.Add(entry.Position);
        _waiting.Enqueue((header, entry.Position));
        _withoutDifficulty.Enqueue(header);
    }

    private BlockHeader Decode(byte[] bytes, long position)
    {
        var reader = new RlpReader(bytes);
        var header = BlockHeaderCodec.Read(ref reader);
        return reader.Finish()
            ? header
            : throw cursor.Error(position, $"no header: {reader.Error} at byte {reader.ErrorOffset} of it");
    }

    private byte[] ReadBody(EraEntry entry) =>
        SnappyFrames.Read(cursor, entry.Length, BlockFile.BlockSizeMax, "a body");

    /// <summary>A body is the list of what follows the header in a block.</summary>
    private byte[] Join(BlockHeader header, byte[] body, long position)
    {
        var reader = new RlpReader(body);
        reader.BeginList();
        var rest = body.AsSpan(reader.Position);
        while (reader.HasMore) reader.Skip();
        if (!reader.Finish() || reader.Position != body.Length)
            throw cursor.Error(position, $"no body: {reader.Error} at byte {reader.ErrorOffset} of it");
        using var writer = new RlpWriter(body.Length + 1024);
        int list = writer.BeginList();
        BlockHeaderCodec.Write(header, writer);
        writer.WriteRaw(rest);
        writer.EndList(list);
        return writer.ToArray();
    }

    // ---- What the file says about itself ----

    private void CheckTotalDifficulty(EraEntry entry)
    {
        var word = ReadWord(entry, "a total difficulty");
        word.Reverse();
        var total = UInt256.FromBigEndian(word);
        if (!_withoutDifficulty.TryDequeue(out var header))
            throw cursor.Error(entry.Position, "a total difficulty without header");
        if (_totalDifficulty is { } before && total != before + header.Difficulty)
            throw cursor.Error(
                entry.Position,
                $"total difficulty {total} of block {header.Number}, expected {before + header.Difficulty}");
        _totalDifficulty = total;
        _accumulator.Add(header.Hash, total);
    }

    private void CheckAccumulator(EraEntry entry)
    {
        var expected = new Hash256(ReadWord(entry, "an accumulator"));
        // After the merge there are headers that it does not cover; then it is not ours to check.
        if (_accumulator.Count != _positions.Count) return;
        var found = _accumulator.ComputeRoot();
        if (found != expected)
            throw cursor.Error(entry.Position, $"accumulator root {expected}, the blocks have {found}");
    }

    /// <summary>Number of the first block, place of each header relative to this entry, number of blocks.</summary>
    private void CheckIndex(EraEntry entry)
    {
        long count = _positions.Count;
        if (entry.Length != 8 * (count + 2))
            throw cursor.Error(entry.Position, $"a block index of {entry.Length} bytes for {count} blocks");
        if (NextInt64() != (long)(_first?.Number ?? 0)) throw cursor.Error(entry.Position, "begins at another block");
        for (int i = 0; i < count; i++)
            if (entry.Position + NextInt64() != _positions[i])
                throw cursor.Error(entry.Position, $"the block index misses the header of its block {i}");
        if (NextInt64() != count) throw cursor.Error(entry.Position, "the block index counts other blocks");
    }

    private long NextInt64()
    {
        Span<byte> bytes = stackalloc byte[8];
        cursor.ReadExactly(bytes, "the block index");
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    private Span<byte> ReadWord(EraEntry entry, string what)
    {
        if (entry.Length != WordSize) throw cursor.Error(entry.Position, $"{what} of {entry.Length} bytes");
        var word = new byte[WordSize];
        cursor.ReadExactly(word, what);
        return word;
    }
}
