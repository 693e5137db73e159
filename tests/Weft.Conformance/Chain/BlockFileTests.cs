using Weft.Chain.Files;
using Weft.Cli.Input;
using Weft.Primitives.Blocks;
using Xunit;

namespace Weft.Conformance.Chain;

/// <summary>Files of blocks as other clients wrote them.</summary>
public sealed class BlockFileTests
{
    [Theory]
    [InlineData("sepolia-00000-643a00f7", 8192, 0)]
    [InlineData("sepolia-00021-b8814b14", 8192, 172032)]
    public void Era1_holds_the_blocks_of_the_rlp_file(string name, int count, ulong first)
    {
        if (Fixtures.Path("chains/sepolia.zip") is not { } path) return;
        var era = Read($"{path}!{name}.era1");
        var rlp = Read($"{path}!{name}.chain.rlp");

        Assert.Equal(count, era.Count);
        Assert.Equal(first, era[0].Number);
        // An export may leave the genesis out.
        int offset = era.Count - rlp.Count;
        Assert.InRange(offset, 0, 1);
        for (int i = 0; i < rlp.Count; i++)
            Assert.True(era[offset + i].Bytes.Span.SequenceEqual(rlp[i].Bytes.Span), $"block {rlp[i].Number}");
    }

    [Fact]
    public void A_file_without_receipts_with_headers_first_is_read()
    {
        if (Fixtures.Path("chains/sepolia.zip") is not { } path) return;
        var block = Assert.Single(Read($"{path}!noreceipts/sepolia-00000-deadbeef-noreceipts.ere"));

        Assert.Empty(Block.Decode(block.Bytes.Span).Transactions);
    }

    [Fact]
    public void A_file_of_receipts_is_no_file_of_blocks()
    {
        if (Fixtures.Path("chains/sepolia.zip") is not { } path) return;
        Assert.Throws<BlockFileException>(() => Read($"{path}!sepolia-00021-b8814b14.receipts.rlp"));
    }

    private static List<EncodedBlock> Read(string path)
    {
        using var file = InputFile.Open(path);
        using var source = BlockFile.Open(file.OpenRead(), path);
        var blocks = new List<EncodedBlock>();
        while (source.TryRead(0, out var block)) blocks.Add(block);
        return blocks;
    }
}
