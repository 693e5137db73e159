using System.Buffers.Binary;
using System.Security.Cryptography;
using Weft.Chain.Files;
using Weft.Primitives;
using Weft.Tests.Primitives;
using Xunit;

namespace Weft.Tests.Chain.Files;

public sealed class EraFormatTests
{
    [Fact]
    public void Checksums_are_those_of_a_bitwise_crc_32c()
    {
        Assert.Equal(Mask(0xe3069283), SnappyFrames.MaskedChecksum("123456789"u8));
        var random = new WireRandom(1);
        for (int round = 0; round < 200; round++)
        {
            byte[] data = random.Blob(600);
            Assert.Equal(Mask(NaiveCrc(data)), SnappyFrames.MaskedChecksum(data));
        }
    }

    [Fact]
    public void Frames_round_trip_whether_they_shrink_or_not()
    {
        var random = new WireRandom(2);
        foreach (int size in new[] { 0, 1, 100, 65535, 65536, 65537, 200_000 })
        {
            foreach (byte[] bytes in new[] { new byte[size], random.Bytes(size) })
            {
                byte[] packed = SnappyFrames.Pack(bytes);
                using var cursor = new FileCursor(new MemoryStream(packed), "f");
                Assert.Equal(bytes, SnappyFrames.Read(cursor, packed.Length, size, "it"));
                Assert.True(cursor.AtEnd);
            }
        }
    }

    [Fact]
    public void Padding_and_skippable_chunks_are_passed_over_and_others_refused()
    {
        byte[] packed = SnappyFrames.Pack("abc"u8);
        byte[] padded = [.. packed[..10], 0xfe, 2, 0, 0, 9, 9, 0x80, 1, 0, 0, 9, .. packed[10..]];
        byte[] unknown = [.. packed[..10], 0x02, 1, 0, 0, 9, .. packed[10..]];

        Assert.Equal("abc"u8.ToArray(), Read(padded));
        Assert.Throws<BlockFileException>(() => Read(unknown));
        Assert.Throws<BlockFileException>(() => Read(packed[10..]));

        static byte[] Read(byte[] frames) =>
            SnappyFrames.Read(new FileCursor(new MemoryStream(frames), "f"), frames.Length, 100, "it");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(1000)]
    [InlineData(8192)]
    public void Accumulator_is_the_tree_over_8192_leaves(int count)
    {
        var random = new WireRandom(count);
        var accumulator = new Accumulator();
        var leaves = new byte[Accumulator.BlocksMax][];
        for (int i = 0; i < leaves.Length; i++)
        {
            leaves[i] = new byte[32];
            if (i >= count) continue;
            var (hash, total) = (random.Hash(), random.Value());
            accumulator.Add(hash, total);
            byte[] little = new byte[32];
            total.WriteBigEndian(little);
            leaves[i] = SHA256.HashData([.. hash.Bytes, .. little.Reverse()]);
        }
        while (leaves.Length > 1)
            leaves = [.. leaves.Chunk(2).Select(pair => SHA256.HashData([.. pair[0], .. pair[1]]))];
        byte[] length = new byte[32];
        BinaryPrimitives.WriteInt32LittleEndian(length, count);

        Assert.Equal(new Hash256(SHA256.HashData([.. leaves[0], .. length])), accumulator.ComputeRoot());
    }

    [Fact]
    public void A_wrong_accumulator_or_total_difficulty_is_named()
    {
        byte[] file = FileSamples.Era1(FileSamples.Blocks(3));
        // The index has 5 words, before it lies the root.
        int root = file.Length - 8 - 5 * 8 - 32;
        byte[] wrongRoot = [.. file];
        wrongRoot[root] ^= 1;
        byte[] wrongTotal = [.. file];
        wrongTotal[root - 8 - 32] ^= 1;

        Assert.Contains("accumulator root", Refused(wrongRoot), StringComparison.Ordinal);
        Assert.Contains("total difficulty", Refused(wrongTotal), StringComparison.Ordinal);

        static string Refused(byte[] damaged) => FileSamples.TryReadAll(damaged).Error!.Message;
    }

    private static uint Mask(uint crc) => (crc >> 15 | crc << 17) + 0xa282ead8;

    private static uint NaiveCrc(byte[] data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0x82f63b78;
        }
        return ~crc;
    }
}
