using System.IO.Compression;
using Weft.Chain.Files;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Tests.Primitives;

namespace Weft.Tests.Chain.Files;

/// <summary>Files of random blocks that follow each other.</summary>
internal static class FileSamples
{
    public const ulong First = 1000;

    public static List<Block> Blocks(int count, int seed = 1)
    {
        var random = new WireRandom(seed);
        var blocks = new List<Block>();
        Hash256 parent = default;
        for (int i = 0; i < count; i++)
        {
            var block = random.Block();
            var header = block.Header with
            {
                Number = First + (ulong)i, ParentHash = parent, ExtraData = random.Bytes(32),
                Difficulty = (ulong)random.Next(99),
            };
            blocks.Add(block with { Header = header });
            parent = header.Hash;
        }
        return blocks;
    }

    public static byte[] Rlp(IEnumerable<Block> blocks) => Write(blocks, stream => new RlpBlockWriter(stream));

    public static byte[] Era1(IEnumerable<Block> blocks) => Write(blocks, stream => new Era1Writer(stream));

    public static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return packed.ToArray();
    }

    public static List<EncodedBlock> ReadAll(byte[] file, ulong from = 0)
    {
        using var source = BlockFile.Open(new MemoryStream(file), "f");
        var blocks = new List<EncodedBlock>();
        while (source.TryRead(from, out var block)) blocks.Add(block);
        return blocks;
    }

    /// <summary>What came before the error, or before the end.</summary>
    public static (List<EncodedBlock> Blocks, BlockFileException? Error) TryReadAll(byte[] file)
    {
        var blocks = new List<EncodedBlock>();
        try
        {
            using var source = BlockFile.Open(new MemoryStream(file), "f");
            while (source.TryRead(0, out var block)) blocks.Add(block);
            return (blocks, null);
        }
        catch (BlockFileException e)
        {
            return (blocks, e);
        }
    }

    private static byte[] Write(IEnumerable<Block> blocks, Func<Stream, IBlockTarget> open)
    {
        var stream = new MemoryStream();
        using var target = open(stream);
        UInt256 total = 17;
        foreach (var block in blocks) target.Write(block, [], total += block.Header.Difficulty);
        target.Complete();
        return stream.ToArray();
    }
}
