using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace Weft.Tests.Node.Hostile;

/// <summary>Whoever reaches the port of the consensus layer without its secret.</summary>
[Collection(nameof(HostileClients))]
public sealed class HostileTokenTests
{
    private const string Hs256 = """{"alg":"HS256","typ":"JWT"}""";

    private static readonly byte[] Secret = new byte[32];

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    [Fact]
    public async Task Every_token_that_is_not_right_is_refused_and_the_right_one_is_not()
    {
        await using var node = await TestNode.StartAsync();
        string issued = $$"""{"iat":{{Now}}}""";
        (string What, string? Header)[] tokens =
        [
            ("missing", null),
            ("empty", "Bearer "),
            ("another scheme", "Basic dXNlcjpwYXNz"),
            ("no parts", "Bearer abc"),
            ("wrong secret", $"Bearer {Token(Hs256, issued, [.. Enumerable.Repeat((byte)1, 32)])}"),
            ("expired", $"Bearer {Token(Hs256, $$"""{"iat":{{Now - 120}}}""", Secret)}"),
            ("from the future", $"Bearer {Token(Hs256, $$"""{"iat":{{Now + 120}}}""", Secret)}"),
            ("without time", $"Bearer {Token(Hs256, "{}", Secret)}"),
            ("time as text", $"Bearer {Token(Hs256, $$"""{"iat":"{{Now}}"}""", Secret)}"),
            ("no algorithm", $"Bearer {Unsigned("""{"alg":"none","typ":"JWT"}""", issued)}."),
            ("no algorithm, signed", $"Bearer {Token("""{"alg":"none","typ":"JWT"}""", issued, Secret)}"),
            ("another algorithm", $"Bearer {Token("""{"alg":"HS512","typ":"JWT"}""", issued, Secret)}"),
            ("no signature", $"Bearer {Unsigned(Hs256, issued)}."),
            ("too long", $"Bearer {Token(Hs256, $$"""{"iat":{{Now}},"x":"{{new string('x', 8000)}}"}""", Secret)}"),
            ("no json", $"Bearer {Token("no json", issued, Secret)}"),
        ];
        await Bystander.Endures(node, "wrong tokens", async () =>
        {
            foreach (var (what, header) in tokens)
                Assert.True(await Ask(node, header) == HttpStatusCode.Unauthorized, what);
        });
        Assert.Equal(HttpStatusCode.OK, await Ask(node, $"Bearer {Token(Hs256, issued, Secret)}"));
    }

    [Fact]
    public async Task Without_token_or_with_a_wrong_host_the_body_is_not_waited_for()
    {
        await using var node = await TestNode.StartAsync();
        using var engine = RawClient.To(node.Node.EngineEndPoint!);
        await engine.SendAsync(RawClient.Head("Content-Length: 100000000"));
        Assert.Contains("401", await engine.ReadStatusAsync(TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
        using var http = RawClient.To(node.Node.HttpEndPoint);
        await http.SendAsync("POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 1000000\r\n\r\n");
        Assert.Contains("403", await http.ReadStatusAsync(TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
        using var two = RawClient.To(node.Node.HttpEndPoint);
        await two.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nContent-Length: 2\r\n\r\n[]");
        Assert.Contains("400", await two.ReadStatusAsync(TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> Ask(TestNode node, string? header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{node.Node.EngineEndPoint}")
        {
            Content = new StringContent(
                """{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}""", Encoding.UTF8, "application/json"),
        };
        if (header is not null) request.Headers.TryAddWithoutValidation("Authorization", header);
        using HttpResponseMessage answer = await node.Client.SendAsync(request);
        return answer.StatusCode;
    }

    private static string Unsigned(string header, string claims) =>
        $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}."
        + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));

    private static string Token(string header, string claims, byte[] secret)
    {
        string content = Unsigned(header, claims);
        byte[] signature = HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(content));
        return $"{content}.{Base64Url.EncodeToString(signature)}";
    }
}
