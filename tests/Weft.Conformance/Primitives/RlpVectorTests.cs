using System.Numerics;
using System.Text;
using System.Text.Json;
using Weft.Primitives.Rlp;
using Xunit;

namespace Weft.Conformance.Primitives;

/// <summary>RLPTests of ethereum/tests: what encodes to what, and what encodes nothing.</summary>
public sealed class RlpVectorTests
{
    [Fact]
    public void Valid_items_encode_and_decode()
    {
        using var archive = Fixtures.OpenZip("ethereum-tests/RLPTests.zip");
        if (archive is null) return;
        using var json = Json.Parse(archive, "RLPTests/rlptest.json");
        int count = 0;
        foreach (var test in json.RootElement.EnumerateObject())
        {
            byte[] expected = test.Value.Bytes("out");
            using var writer = new RlpWriter();
            Write(writer, test.Value.GetProperty("in"));
            Assert.True(expected.AsSpan().SequenceEqual(writer.Written), test.Name);
            Assert.True(DecodesToItself(expected), test.Name);
            count++;
        }
        Console.WriteLine($"RLPTests/rlptest.json: {count} encoded and decoded");
        Assert.True(count >= 28);
    }

    [Theory]
    [InlineData("RLPTests/RandomRLPTests/example.json", 1)]
    [InlineData("RLPTests/invalidRLPTest.json", 26)]
    public void Validity_is_that_of_the_vectors(string file, int least)
    {
        using var archive = Fixtures.OpenZip("ethereum-tests/RLPTests.zip");
        if (archive is null) return;
        using var json = Json.Parse(archive, file);
        int count = 0;
        foreach (var test in json.RootElement.EnumerateObject())
        {
            Assert.True(DecodesToItself(test.Value.Bytes("out")) == (test.Value.Text("in") == "VALID"), test.Name);
            count++;
        }
        Console.WriteLine($"{file}: {count} judged");
        Assert.True(count >= least);
    }

    /// <summary>Strings are their characters as bytes; # marks a number in digits.</summary>
    private static void Write(RlpWriter writer, JsonElement item)
    {
        switch (item.ValueKind)
        {
            case JsonValueKind.Number:
                writer.Write(item.GetUInt64());
                break;
            case JsonValueKind.Array:
                int list = writer.BeginList();
                foreach (var child in item.EnumerateArray()) Write(writer, child);
                writer.EndList(list);
                break;
            default:
                string text = item.GetString()!;
                writer.Write(text.StartsWith('#')
                    ? BigInteger.Parse(text[1..]).ToByteArray(isUnsigned: true, isBigEndian: true)
                    : Encoding.Latin1.GetBytes(text));
                break;
        }
    }

    private static bool DecodesToItself(byte[] input)
    {
        var reader = new RlpReader(input);
        using var writer = new RlpWriter();
        Copy(ref reader, writer);
        return reader.Finish() && writer.Written.SequenceEqual(input);
    }

    private static void Copy(ref RlpReader reader, RlpWriter writer)
    {
        if (!reader.NextIsList)
        {
            writer.Write(reader.ReadBytes());
            return;
        }
        int outer = reader.BeginList(), list = writer.BeginList();
        while (reader.HasMore) Copy(ref reader, writer);
        reader.EndList(outer);
        writer.EndList(list);
    }
}
