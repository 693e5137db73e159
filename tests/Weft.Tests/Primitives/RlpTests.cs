using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Weft.Primitives;
using Weft.Primitives.Rlp;
using Xunit;

namespace Weft.Tests.Primitives;

public sealed class RlpTests
{
    [Fact]
    public void Writer_agrees_with_the_definition_on_random_trees()
    {
        var random = new WireRandom(10);
        for (int i = 0; i < 2000; i++)
        {
            var tree = Tree(random, 5);
            using var writer = new RlpWriter(1);
            WriteTree(writer, tree);
            Assert.Equal(NaiveRlp.Encode(tree), writer.ToArray());
        }
    }

    [Fact]
    public void Reader_finds_what_the_definition_wrote()
    {
        var random = new WireRandom(11);
        for (int i = 0; i < 2000; i++)
        {
            var tree = Tree(random, 5);
            var bytes = NaiveRlp.Encode(tree);
            var reader = new RlpReader(bytes);
            var found = ReadTree(ref reader);
            Assert.True(reader.Finish());
            Assert.Equal(bytes, NaiveRlp.Encode(found));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(54)]
    [InlineData(55)]
    [InlineData(56)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(16777215)]
    [InlineData(16777216)]
    public void Strings_and_lists_of_every_length_class_round_trip(int length)
    {
        var payload = new byte[length];
        payload.AsSpan().Fill(0x7f);
        using var writer = new RlpWriter();
        writer.Write(payload);
        int list = writer.BeginList();
        writer.WriteRaw(payload);
        writer.EndList(list);
        var inner = NaiveRlp.Encode(payload);
        int header = writer.Length - inner.Length - length;
        Assert.Equal(inner, writer.Written[..inner.Length].ToArray());

        var reader = new RlpReader(writer.Written);
        Assert.Equal(payload, reader.ReadBytes().ToArray());
        var whole = reader;
        Assert.Equal(header + length, whole.ReadRaw().Length);
        Assert.True(whole.Finish());
        int outer = reader.BeginList();
        Assert.Equal(inner.Length + header, reader.Position);
        if (length > 100_000) return;
        Assert.Equal(length, reader.CountItems(1));
        while (reader.HasMore) reader.Skip();
        reader.EndList(outer);
        Assert.True(reader.Finish());
    }

    [Fact]
    public void Integers_round_trip_and_are_minimal() =>
        Prop.ForAll<ulong, ulong, ulong>((a, b, c) =>
        {
            foreach (var value in new UInt256[] { a, new(a, b, 0, 0), new(a, b, c, a ^ ~c), new(a & 0xff, 0, 0, 0) })
            {
                using var writer = new RlpWriter();
                writer.Write(value);
                writer.Write(value.U0);
                Assert.Equal(
                    NaiveRlp.Encode((BigInteger)value).Concat(NaiveRlp.Encode((BigInteger)value.U0)), writer.ToArray());
                var reader = new RlpReader(writer.Written);
                Assert.Equal(value, reader.ReadUInt256());
                Assert.Equal(value.U0, reader.ReadUInt64());
                Assert.True(reader.Finish());
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("", DecodeError.InputTooShort)]
    [InlineData("81", DecodeError.InputTooShort)]
    [InlineData("8100", DecodeError.SingleByteWithHeader)]
    [InlineData("817f", DecodeError.SingleByteWithHeader)]
    [InlineData("8180", DecodeError.None)]
    [InlineData("b800", DecodeError.LengthWithLeadingZero)]
    [InlineData("b801ff", DecodeError.LongFormOfShortItem)]
    [InlineData("b90001ff", DecodeError.LengthWithLeadingZero)]
    [InlineData("b838ff", DecodeError.InputTooShort)]
    [InlineData("ba010000", DecodeError.InputTooShort)]
    [InlineData("bb7fffffff00", DecodeError.InputTooShort)]
    [InlineData("bb8000000000", DecodeError.LengthTooLarge)]
    [InlineData("bbffffffff00", DecodeError.LengthTooLarge)]
    [InlineData("bfffffffffffffffff00", DecodeError.LengthTooLarge)]
    [InlineData("bf0100000000000000", DecodeError.LengthTooLarge)]
    [InlineData("bf01", DecodeError.InputTooShort)]
    [InlineData("c0", DecodeError.StringExpected)]
    [InlineData("f83800", DecodeError.InputTooShort)]
    [InlineData("0102", DecodeError.TrailingItems)]
    [InlineData("00", DecodeError.None)]
    [InlineData("80", DecodeError.None)]
    public void Strings_are_read_strictly(string hex, DecodeError expected)
    {
        var reader = new RlpReader(Convert.FromHexString(hex));
        reader.ReadBytes();
        reader.Finish();
        Assert.Equal(expected, reader.Error);
    }

    [Theory]
    [InlineData("c0", DecodeError.None)]
    [InlineData("80", DecodeError.ListExpected)]
    [InlineData("00", DecodeError.ListExpected)]
    [InlineData("c1", DecodeError.InputTooShort)]
    [InlineData("c101", DecodeError.TrailingItems)]
    [InlineData("c000", DecodeError.TrailingItems)]
    [InlineData("f800", DecodeError.LengthWithLeadingZero)]
    [InlineData("f80101", DecodeError.LongFormOfShortItem)]
    [InlineData("ff7fffffffffffffff", DecodeError.LengthTooLarge)]
    public void Lists_are_read_strictly(string hex, DecodeError expected)
    {
        var reader = new RlpReader(Convert.FromHexString(hex));
        reader.EndList(reader.BeginList());
        reader.Finish();
        Assert.Equal(expected, reader.Error);
    }

    [Theory]
    [InlineData("00", DecodeError.IntegerWithLeadingZero)]
    [InlineData("820001", DecodeError.IntegerWithLeadingZero)]
    [InlineData("89010000000000000000", DecodeError.IntegerTooLarge)]
    [InlineData("88ffffffffffffffff", DecodeError.None)]
    [InlineData("c0", DecodeError.StringExpected)]
    public void Integers_are_read_strictly(string hex, DecodeError expected)
    {
        var reader = new RlpReader(Convert.FromHexString(hex));
        reader.ReadUInt64();
        Assert.Equal(expected, reader.Error);
    }

    [Fact]
    public void An_item_may_not_reach_out_of_its_list()
    {
        // The string claims two bytes, the list around it ends after one; the input goes on.
        var reader = new RlpReader(Convert.FromHexString("c282010203"));
        int outer = reader.BeginList();
        Assert.True(reader.ReadBytes().IsEmpty);
        reader.EndList(outer);
        Assert.Equal(DecodeError.InputTooShort, reader.Error);
        Assert.Equal(1, reader.ErrorOffset);
    }

    [Fact]
    public void After_an_error_everything_is_empty_and_the_first_error_stays()
    {
        var reader = new RlpReader(Convert.FromHexString("8100c0a0"));
        reader.ReadBytes();
        Assert.Equal((DecodeError.SingleByteWithHeader, 0), (reader.Error, reader.ErrorOffset));
        reader.EndList(reader.BeginList());
        Assert.False(reader.HasMore);
        Assert.False(reader.NextIsList);
        Assert.Equal(default, reader.ReadHash());
        Assert.Equal(default, reader.ReadAddress());
        Assert.Equal(UInt256.Zero, reader.ReadUInt256());
        Assert.Equal(0, reader.CountItems(1));
        Assert.True(reader.ReadRaw().IsEmpty);
        reader.Fail(DecodeError.InvalidV, 3);
        Assert.False(reader.Finish());
        Assert.Equal((DecodeError.SingleByteWithHeader, 0), (reader.Error, reader.ErrorOffset));
    }

    [Fact]
    public void Counting_refuses_more_items_than_their_size_allows()
    {
        var bytes = NaiveRlp.Encode(Enumerable.Range(0, 100).Select(_ => (object)1).ToArray());
        var reader = new RlpReader(bytes);
        reader.BeginList();
        Assert.Equal(0, reader.CountItems(2));
        Assert.Equal(DecodeError.WrongSize, reader.Error);
    }

    [Fact]
    public void A_string_may_hold_an_encoding_of_any_length()
    {
        foreach (int length in new[] { 0, 1, 2, 55, 56, 300 })
        {
            foreach (byte fill in new byte[] { 0x01, 0x80 })
            {
                var payload = new byte[length];
                payload.AsSpan().Fill(fill);
                using var writer = new RlpWriter();
                int start = writer.BeginString();
                writer.WriteRaw(payload);
                writer.EndString(start);
                Assert.Equal(NaiveRlp.Encode(payload), writer.ToArray());
            }
        }
    }

    [Fact]
    public void A_writer_that_was_cleared_starts_anew()
    {
        using var writer = new RlpWriter();
        writer.Write(Hash256.OfEmptyCode);
        writer.Clear();
        writer.Write(5);
        Assert.Equal(new byte[] { 5 }, writer.ToArray());
    }

    /// <summary>BasicTests/hexencodetest.json checks all cases; these are the four of the Yellow Paper.</summary>
    [Theory]
    [InlineData(new byte[] { 1, 2, 3, 4, 5 }, false, "112345")]
    [InlineData(new byte[] { 0, 1, 2, 3, 4, 5 }, false, "00012345")]
    [InlineData(new byte[] { 15, 1, 12, 11, 8 }, true, "3f1cb8")]
    [InlineData(new byte[] { 0, 15, 1, 12, 11, 8 }, true, "200f1cb8")]
    public void Hex_prefix_packs_nibbles_and_flags(byte[] nibbles, bool isLeaf, string expected)
    {
        var target = new byte[8];
        int length = HexPrefix.Encode(nibbles, isLeaf, target);
        Assert.Equal(expected, Convert.ToHexStringLower(target.AsSpan(0, length)));
    }

    private static object Tree(WireRandom random, int depth) =>
        depth == 0 || random.Chance(40) ? random.Blob(400) : random.Many(5, () => Tree(random, depth - 1));

    private static void WriteTree(RlpWriter writer, object tree)
    {
        if (tree is byte[] bytes)
        {
            writer.Write(bytes);
            return;
        }
        int list = writer.BeginList();
        foreach (object item in (object[])tree) WriteTree(writer, item);
        writer.EndList(list);
    }

    private static object ReadTree(ref RlpReader reader)
    {
        if (!reader.NextIsList) return reader.ReadBytes().ToArray();
        var items = new List<object>();
        int outer = reader.BeginList();
        while (reader.HasMore) items.Add(ReadTree(ref reader));
        reader.EndList(outer);
        return items.ToArray();
    }
}
