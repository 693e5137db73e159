using System.Text.Json;
using Weft.Chain.Witnesses;
using Weft.Node.Tracing;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Xunit;

namespace Weft.Tests.Node.Tracing;

public sealed class ExecutionWitnessWriterTests
{
    [Fact]
    public void Lists_are_hex_and_headers_are_rlp()
    {
        var header = new BlockHeader { Number = 7, GasLimit = 5000 };
        byte[] node = [.. Enumerable.Range(0, 300).Select(i => (byte)i)];
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            ExecutionWitnessWriter.Write(writer, new([node], [new byte[] { 0x60 }], [new byte[20]], [header]));
        using var json = JsonDocument.Parse(stream.ToArray());
        var root = json.RootElement;

        Assert.Equal(["state", "codes", "keys", "headers"], root.EnumerateObject().Select(member => member.Name));
        Assert.Equal(Hex.Encode(node), root.GetProperty("state")[0].GetString());
        Assert.Equal("0x60", root.GetProperty("codes")[0].GetString());
        Assert.Equal(Hex.Encode(header.Encode()), root.GetProperty("headers")[0].GetString());
    }
}
