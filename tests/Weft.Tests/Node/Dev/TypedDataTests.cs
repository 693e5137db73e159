using System.Text.Json;
using Weft.Node.Dev;
using Xunit;

namespace Weft.Tests.Node.Dev;

public sealed class TypedDataTests
{
    private const string Types =
        """
        {"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},
        {"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],
        "Person":[{"name":"name","type":"string"},{"name":"wallet","type":"address"}],
        "Mail":[{"name":"from","type":"Person"},{"name":"to","type":"Person"},{"name":"contents","type":"string"}]}
        """;

    private const string Domain =
        """
        {"name":"Ether Mail","version":"1","chainId":1,"verifyingContract":"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"}
        """;

    private const string Message =
        """
        {"from":{"name":"Cow","wallet":"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
        "to":{"name":"Bob","wallet":"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},"contents":"Hello, Bob!"}
        """;

    private static string Mail(string types = Types) =>
        $$"""{"types":{{types}},"primaryType":"Mail","domain":{{Domain}},"message":{{Message}}}""";

    private static string HashOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return TypedData.Hash(document.RootElement).ToString();
    }

    private static string Single(string type, string value) =>
        $$$"""
        {"types":{"A":[{"name":"x","type":"{{{type}}}"}]},"primaryType":"A","domain":{},"message":{"x":{{{value}}}}}
        """;

    [Fact]
    public void The_example_of_the_specification_has_its_hash() => Assert.Equal(
        "0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2", HashOf(Mail()));

    [Fact]
    public void Some_clients_send_the_text_of_it() =>
        Assert.Equal(HashOf(Mail()), HashOf(JsonSerializer.Serialize(Mail())));

    [Fact]
    public void The_type_of_the_domain_follows_from_the_domain_where_it_is_left_out()
    {
        int person = Types.IndexOf("\"Person\"", StringComparison.Ordinal);
        Assert.Equal(HashOf(Mail()), HashOf(Mail("{" + Types[person..])));
    }

    [Theory]
    [InlineData("uint8", "255", "\"0xff\"")]
    [InlineData("int8", "-128", "\"-128\"")]
    [InlineData("uint256", "7", "\"7\"")]
    public void Numbers_may_be_written_in_several_ways(string type, string one, string other) =>
        Assert.Equal(HashOf(Single(type, one)), HashOf(Single(type, other)));

    [Theory]
    [InlineData("uint8", "256")]
    [InlineData("int8", "128")]
    [InlineData("int8", "-129")]
    [InlineData("uint8", "-1")]
    [InlineData("uint8", "1.5")]
    [InlineData("bytes4", "\"0x112233\"")]
    [InlineData("address", "\"0x11\"")]
    [InlineData("bool", "1")]
    [InlineData("Nothing", "1")]
    [InlineData("uint8[2]", "[1]")]
    [InlineData("string", "7")]
    public void What_does_not_fit_its_type_is_refused(string type, string value)
    {
        var error = Assert.Throws<FormatException>(() => HashOf(Single(type, value)));
        Assert.Contains("A.x", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_may_refer_to_itself()
    {
        const string json =
            """
            {"types":{"Node":[{"name":"value","type":"uint256"},{"name":"next","type":"Node"}]},"primaryType":"Node",
            "domain":{},"message":{"value":1,"next":{"value":2,"next":null}}}
            """;
        Assert.StartsWith("0x", HashOf(json), StringComparison.Ordinal);
    }

    [Fact]
    public void Arrays_differ_from_their_elements() => Assert.Equal(
        3, new[] { "[1,2]", "[2,1]", "[]" }.Select(value => HashOf(Single("uint8[]", value))).Distinct().Count());
}
