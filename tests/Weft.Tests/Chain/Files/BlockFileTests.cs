using Weft.Chain.Files;
using Xunit;

namespace Weft.Tests.Chain.Files;

public sealed class BlockFileTests
{
    private const int Count = 40;

    [Fact]
    public void Rlp_and_era1_give_the_same_blocks_plain_and_in_gzip()
    {
        var blocks = FileSamples.Blocks(Count);
        byte[] rlp = FileSamples.Rlp(blocks), era = FileSamples.Era1(blocks);
        foreach (byte[] file in new[] { rlp, era, FileSamples.Gzip(rlp), FileSamples.Gzip(era) })
        {
            var read = FileSamples.ReadAll(file);

            Assert.Equal(blocks.Select(block => block.Header.Number), read.Select(block => block.Number));
            for (int i = 0; i < Count; i++) Assert.Equal(blocks[i].Encode(), read[i].Bytes.ToArray());
        }
    }

    [Fact]
    public void Positions_are_where_blocks_begin()
    {
        byte[] file = FileSamples.Rlp(FileSamples.Blocks(Count));
        foreach (var block in FileSamples.ReadAll(file))
            Assert.True(file.AsSpan((int)block.Position).StartsWith(block.Bytes.Span), block.Place);
    }

    [Fact]
    public void Blocks_below_a_number_are_passed_over()
    {
        var blocks = FileSamples.Blocks(Count);
        foreach (byte[] file in new[] { FileSamples.Rlp(blocks), FileSamples.Era1(blocks) })
        {
            Assert.Equal(FileSamples.First + 33, FileSamples.ReadAll(file, FileSamples.First + 33)[0].Number);
            Assert.Equal(7, FileSamples.ReadAll(file, FileSamples.First + 33).Count);
            Assert.Empty(FileSamples.ReadAll(file, FileSamples.First + Count));
        }
    }

    [Fact]
    public void Files_and_gzip_members_may_be_appended_to_each_other()
    {
        var blocks = FileSamples.Blocks(Count);
        byte[] rlp = FileSamples.Rlp(blocks), era = FileSamples.Era1(blocks);

        Assert.Equal(2 * Count, FileSamples.ReadAll([.. era, .. era]).Count);
        Assert.Equal(2 * Count, FileSamples.ReadAll([.. FileSamples.Gzip(rlp), .. FileSamples.Gzip(rlp)]).Count);
    }

    [Theory]
    [InlineData("", "f: byte 0: the file is empty")]
    [InlineData("{}", "this looks like JSON")]
    [InlineData("PK\u0003\u0004", "this is a zip archive")]
    [InlineData("hello", "does not begin with 0x68")]
    [InlineData("e2no", "ends inside the header of an entry")]
    public void Something_else_is_refused_by_name(string content, string message)
    {
        var (_, error) = FileSamples.TryReadAll(System.Text.Encoding.Latin1.GetBytes(content));

        Assert.Contains(message, error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gzip_inside_gzip_is_refused()
    {
        var (_, error) = FileSamples.TryReadAll(FileSamples.Gzip(FileSamples.Gzip([0xc0])));

        Assert.Contains("gzip inside gzip", error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_cut_anywhere_gives_whole_blocks_and_then_says_where()
    {
        var blocks = FileSamples.Blocks(6);
        byte[] rlp = FileSamples.Rlp(blocks);
        var ends = FileSamples.ReadAll(rlp).Select(block => block.Position + block.Bytes.Length).Prepend(0).ToHashSet();
        foreach (byte[] whole in new[] { rlp, FileSamples.Era1(blocks) })
        {
            for (int length = 1; length < whole.Length; length += 7)
            {
                var (read, error) = FileSamples.TryReadAll(whole[..length]);

                for (int i = 0; i < read.Count; i++) Assert.Equal(blocks[i].Encode(), read[i].Bytes.ToArray());
                if (whole == rlp) Assert.Equal(!ends.Contains(length), error is not null);
                if (error is not null) Assert.InRange(error.Position, 0, length);
            }
        }
    }

    [Fact]
    public void Gzip_that_is_cut_anywhere_never_passes_for_whole()
    {
        byte[] whole = FileSamples.Gzip(FileSamples.Rlp(FileSamples.Blocks(3)));
        for (int length = 2; length < whole.Length; length += length < whole.Length - 40 ? 11 : 1)
        {
            var (_, error) = FileSamples.TryReadAll(whole[..length]);

            Assert.True(error is not null, $"cut to {length} of {whole.Length} bytes");
        }
    }

    [Fact]
    public void Changed_bytes_of_an_era1_file_never_change_a_block()
    {
        var blocks = FileSamples.Blocks(8);
        byte[] whole = FileSamples.Era1(blocks);
        var random = new Random(7);
        int refused = 0;
        for (int round = 0; round < 3000; round++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            var (read, error) = FileSamples.TryReadAll(damaged);

            for (int i = 0; i < read.Count; i++) Assert.Equal(blocks[i].Encode(), read[i].Bytes.ToArray());
            if (error is not null) refused++;
        }
        // What is left are receipts, which are passed over.
        Assert.InRange(refused, 2000, 2999);
    }

    [Fact]
    public void Random_damage_is_read_or_refused()
    {
        var random = new Random(8);
        var blocks = FileSamples.Blocks(5);
        byte[][] files = [FileSamples.Rlp(blocks), FileSamples.Era1(blocks), FileSamples.Gzip(FileSamples.Rlp(blocks))];
        int refused = 0;
        for (int round = 0; round < 3000; round++)
        {
            byte[] damaged = [.. files[round % files.Length]];
            for (int i = random.Next(4); i >= 0; i--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            int cut = random.Next(3) == 0 ? random.Next(damaged.Length) : damaged.Length;
            if (FileSamples.TryReadAll(damaged[..cut]).Error is not null) refused++;
        }
        Assert.InRange(refused, 1500, 2999);
    }
}
