using Weft.Primitives.Rlp;

namespace Weft.Chain.Files;

/// <summary>Opens files of blocks: concatenated RLP as geth exports it, era1 and its relatives, both also in gzip. What
/// a file is, its first bytes say.</summary>
public static class BlockFile
{
    /// <summary>Bytes of a block at most. Since Osaka it may have 8 MiB (EIP-7934); before, the gas limit kept it
    /// below.</summary>
    public const int BlockSizeMax = 64 << 20;

    /// <summary>Takes the stream over. <paramref name="name"/> is what messages call the file.</summary>
    /// <exception cref="BlockFileException">This is no file of blocks.</exception>
    public static IBlockSource Open(Stream stream, string name)
    {
        var cursor = new FileCursor(stream, name);
        try
        {
            if (IsGzip(cursor.Peek(2)))
                cursor = new FileCursor(new GzipInput(new Remaining(cursor)), $"{name} (unpacked)");
            return Detect(cursor);
        }
        catch
        {
            cursor.Dispose();
            throw;
        }
    }

    private static IBlockSource Detect(FileCursor cursor)
    {
        var start = cursor.Peek(2);
        if (start.IsEmpty) throw cursor.Error(0, "the file is empty");
        if (start is [0x65, 0x32]) return new EraReader(cursor);
        if (start[0] >= 0xc0) return new RlpBlockReader(cursor);
        string kind = start switch
        {
            [(byte)'{' or (byte)'[', ..] => "this looks like JSON",
            [(byte)'P', (byte)'K'] => "this is a zip archive",
            [0x1f, 0x8b] => "this is gzip inside gzip",
            _ => $"a file of blocks does not begin with 0x{start[0]:x2}",
        };
        throw cursor.Error(0, kind, "concatenated RLP, era1, or one of them in gzip is expected");
    }

    private static bool IsGzip(ReadOnlySpan<byte> start) => start is [0x1f, 0x8b];

    /// <summary>The number in the header with which an encoded block begins.</summary>
    /// <exception cref="BlockFileException">There is none.</exception>
    internal static ulong ReadNumber(ReadOnlySpan<byte> block, FileCursor cursor, long position)
    {
        const int FieldsBeforeNumber = 8;
        var reader = new RlpReader(block);
        reader.BeginList();
        reader.BeginList();
        for (int i = 0; i < FieldsBeforeNumber; i++) reader.Skip();
        ulong number = reader.ReadUInt64();
        return !reader.Failed
            ? number
            : throw cursor.Error(position, $"no block: {reader.Error} at byte {reader.ErrorOffset} of it");
    }

    /// <summary>What a cursor has left, as a stream.</summary>
    private sealed class Remaining(FileCursor cursor) : ForwardStream
    {
        public override int Read(Span<byte> target)
        {
            int count = Math.Min(target.Length, cursor.Peek(1).Length == 0 ? 0 : cursor.Buffered);
            if (count > 0) cursor.ReadExactly(target[..count], "gzip");
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) cursor.Dispose();
            base.Dispose(disposing);
        }
    }
}
