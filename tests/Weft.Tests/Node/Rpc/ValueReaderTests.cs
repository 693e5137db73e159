using System.Text.Json;
using Weft.Node.Rpc;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Node.Rpc;

public sealed class ValueReaderTests
{
    [Theory]
    [InlineData("\"0x0\"", 0)]
    [InlineData("\"0x41\"", 65)]
    [InlineData("\"0Xff\"", 255)]
    [InlineData("\"\\u0030x10\"", 16)]
    public void A_quantity_is_hexadecimal(string json, ulong expected) =>
        Assert.Equal(expected, ValueReader.Quantity64(Parse(json)));

    [Theory]
    [InlineData("\"\"", "empty hex string")]
    [InlineData("\"12\"", "hex string without 0x prefix")]
    [InlineData("\"0x\"", "hex string \"0x\"")]
    [InlineData("\"0x01\"", "hex number with leading zero digits")]
    [InlineData("\"0xg\"", "invalid hex string")]
    [InlineData("\"0x10000000000000000\"", "hex number > 64 bits")]
    [InlineData("5", "json: cannot unmarshal number into value of type quantity")]
    public void Another_quantity_is_refused_in_the_words_of_geth(string json, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => ValueReader.Quantity64(Parse(json))).Message);

    [Fact]
    public void A_quantity_of_256_bits_is_the_largest()
    {
        Assert.Equal(UInt256.MaxValue, ValueReader.Quantity(Parse($"\"0x{new string('f', 64)}\"")));
        Assert.Equal(
            "hex number > 256 bits",
            Assert.Throws<FormatException>(() => ValueReader.Quantity(Parse($"\"0x1{new string('0', 64)}\""))).Message);
    }

    [Fact]
    public void Written_quantities_and_data_are_read_back()
    {
        var random = new Random(1);
        for (int i = 0; i < 1000; i++)
        {
            var bytes = new byte[random.Next(0, 33)];
            random.NextBytes(bytes);
            UInt256 value = UInt256.FromBigEndian(bytes);
            Assert.Equal(value, ValueReader.Quantity(Parse(Write(writer => writer.WriteQuantityValue(value)))));
            Assert.Equal($"\"{value.ToHex()}\"", Write(writer => writer.WriteQuantityValue(value)));
            Assert.Equal(
                value.U0, ValueReader.Quantity64(Parse(Write(writer => writer.WriteQuantityValue(value.U0)))));
            Assert.Equal(bytes, ValueReader.Data(Parse(Write(writer => writer.WriteDataValue(bytes)))));
        }
    }

    [Fact]
    public void Long_data_is_written_whole()
    {
        var bytes = new byte[100_000];
        new Random(2).NextBytes(bytes);
        Assert.Equal($"\"{Hex.Encode(bytes)}\"", Write(writer => writer.WriteDataValue(bytes)));
    }

    [Theory]
    [InlineData("\"latest\"", "latest")]
    [InlineData("\"0x10\"", "16")]
    [InlineData("{\"blockNumber\":\"0x10\"}", "16")]
    [InlineData("{\"blockNumber\":\"finalized\"}", "finalized")]
    public void A_block_is_named_by_number_or_tag(string json, string expected) =>
        Assert.Equal(expected, BlockId.Read(Parse(json)).ToString());

    [Fact]
    public void A_block_is_named_by_hash_alone_or_in_an_object()
    {
        Hash256 hash = Keccak.Hash([1]);
        Assert.Equal(hash, BlockId.Read(Parse($"\"{hash}\"")).Hash);
        BlockId id = BlockId.Read(Parse($"{{\"blockHash\":\"{hash}\",\"requireCanonical\":true}}"));
        Assert.Equal((hash, true), (id.Hash!.Value, id.RequireCanonical));
    }

    [Theory]
    [InlineData("\"newest\"")]
    [InlineData("{}")]
    [InlineData("{\"blockHash\":\"0x00\"}")]
    [InlineData("[1]")]
    [InlineData("true")]
    [InlineData("\"0xffffffffffffffff\"")]
    public void Anything_else_names_no_block(string json) =>
        Assert.Throws<FormatException>(() => BlockId.Read(Parse(json)));

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) write(writer);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
