using System.Buffers.Binary;
using System.IO.Compression;
using Weft.Chain.Files;
using Xunit;

namespace Weft.Tests.Chain.Files;

/// <summary>What a file claims costs nothing; only what it holds does, up to the limit of a block.</summary>
public sealed class HostileFileTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData("f9ffff")]
    [InlineData("fb03ffffff")]
    [InlineData("fb04000001")]
    [InlineData("fbffffffff")]
    [InlineData("ffffffffffffffffff")]
    [InlineData("ff7fffffffffffffff")]
    public void Huge_lengths_in_rlp_cost_no_memory(string header)
    {
        var (error, allocated) = Refuse([.. Convert.FromHexString(header), 1, 2, 3]);

        Assert.True(error.Contains("above the limit", StringComparison.Ordinal)
            || error.Contains("the file ends inside a block", StringComparison.Ordinal), error);
        Assert.InRange(allocated, 0, MiB);
    }

    [Theory]
    [InlineData(EraType.Header)]
    [InlineData(EraType.Body)]
    [InlineData(EraType.Receipts)]
    [InlineData(EraType.TotalDifficulty)]
    [InlineData(EraType.Accumulator)]
    [InlineData(EraType.BlockIndex)]
    public void Huge_lengths_of_entries_cost_no_memory(object type)
    {
        var (error, allocated) = Refuse(
            [.. Entry(EraType.Version, 0), .. Entry((EraType)type, 0xffffffff), 0xff, 6, 0]);

        Assert.StartsWith("f: byte ", error, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, MiB);
    }

    [Fact]
    public void Deeply_nested_lists_are_no_block()
    {
        var nested = new byte[1 << 20];
        for (int i = 0, left = nested.Length; i < nested.Length; i += 4, left -= 4)
        {
            (nested[i], nested[i + 1]) = (0xfa, (byte)((left - 4) >> 16));
            BinaryPrimitives.WriteUInt16BigEndian(nested.AsSpan(i + 2), (ushort)(left - 4));
        }
        var (error, _) = Refuse(nested);

        Assert.Contains("no block: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gzip_bomb_is_stopped_at_the_limit_of_a_block()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            // A list of 64 MiB whose first item is one string of all of it, and then 192 MiB more.
            gzip.Write([0xfb, 0x04, 0, 0, 0, 0xba, 0xff, 0xff, 0xfc]);
            var zeros = new byte[1 << 20];
            for (int i = 0; i < 256; i++) gzip.Write(zeros);
        }
        var (error, allocated) = Refuse(packed.ToArray());

        Assert.StartsWith("f (unpacked): byte 0: no block: ", error, StringComparison.Ordinal);
        // The buffer doubles up to the limit.
        Assert.InRange(allocated, 64 * MiB, 160 * MiB);
    }

    [Fact]
    public void A_snappy_bomb_is_stopped_at_the_limit_of_its_entry()
    {
        byte[] bomb = SnappyFrames.Pack(new byte[300 << 20]);
        var (error, allocated) = Refuse(
            [.. Entry(EraType.Version, 0), .. Entry(EraType.Header, (uint)bomb.Length), .. bomb]);

        Assert.Contains("a header is above the limit of 4096 bytes", error, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, MiB);
    }

    [Fact]
    public void A_snappy_block_that_claims_more_than_a_chunk_is_refused()
    {
        byte[] chunk = [0xff, 6, 0, 0, .. "sNaPpY"u8, 0, 12, 0, 0, 1, 2, 3, 4, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0];
        var (error, allocated) = Refuse(
            [.. Entry(EraType.Version, 0), .. Entry(EraType.Header, (uint)chunk.Length), .. chunk]);

        Assert.Contains("claims too many bytes", error, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, MiB);
    }

    [Fact]
    public void Headers_without_end_are_refused()
    {
        byte[] header = SnappyFrames.Pack(FileSamples.Blocks(1)[0].Header.Encode());
        byte[] entry = [.. Entry(EraType.Header, (uint)header.Length), .. header];
        var (error, _) = Refuse([.. Entry(EraType.Version, 0), .. entry, .. entry]);

        Assert.Contains("header 1000 does not follow header 1000", error, StringComparison.Ordinal);
    }

    private static (string Message, long Allocated) Refuse(byte[] file)
    {
        FileSamples.TryReadAll([0xc0]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var (blocks, error) = FileSamples.TryReadAll(file);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Empty(blocks);
        return (error!.Message, allocated);
    }

    private static byte[] Entry(EraType type, uint length)
    {
        var header = new byte[EraEntry.HeaderSize];
        BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)type);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(2), length);
        return header;
    }
}
