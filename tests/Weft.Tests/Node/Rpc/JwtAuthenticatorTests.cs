using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Weft.Node.Rpc;
using Xunit;

namespace Weft.Tests.Node.Rpc;

public sealed class JwtAuthenticatorTests
{
    private static readonly byte[] Secret = Convert.FromHexString(new string('a', 64));

    private readonly Clock _clock = new();
    private readonly JwtAuthenticator _authenticator;

    public JwtAuthenticatorTests() => _authenticator = new(Secret, _clock);

    [Theory]
    [InlineData(0, null)]
    [InlineData(60, null)]
    [InlineData(-60, null)]
    [InlineData(61, "stale token")]
    [InlineData(-61, "future token")]
    public void A_token_holds_for_a_minute_around_its_time(int secondsLater, string? refusal)
    {
        string token = _authenticator.CreateToken();
        _clock.Now += TimeSpan.FromSeconds(secondsLater);
        Assert.Equal(refusal, _authenticator.Refuse($"Bearer {token}"));
    }

    [Theory]
    [InlineData(null, "missing token")]
    [InlineData("Basic abc", "no bearer token")]
    [InlineData("Bearer abc", "malformed token")]
    [InlineData("Bearer a.b.c", "malformed token")]
    [InlineData("Bearer !.!.!", "malformed token")]
    public void What_is_no_token_is_refused(string? header, string refusal) =>
        Assert.Equal(refusal, _authenticator.Refuse(header));

    [Fact]
    public void Unknown_claims_are_ignored() =>
        Assert.Null(_authenticator.Refuse(Create("""{"alg":"HS256","typ":"JWT"}""", $$"""{"iat":{{Now}},"id":"x"}""")));

    [Fact]
    public void A_token_chooses_neither_algorithm_nor_secret()
    {
        Assert.Equal(
            "algorithm is not HS256", _authenticator.Refuse(Create("""{"alg":"none"}""", $$"""{"iat":{{Now}}}""")));
        var other = new JwtAuthenticator(new byte[32], _clock);
        Assert.Equal("invalid signature", _authenticator.Refuse($"Bearer {other.CreateToken()}"));
        Assert.Equal("missing issued-at", _authenticator.Refuse(Create("""{"alg":"HS256"}""", "{}")));
        Assert.Equal("malformed token", _authenticator.Refuse(Create("[1]", "{}")));
    }

    [Fact]
    public void A_secret_is_32_bytes_in_hexadecimal()
    {
        Assert.True(JwtAuthenticator.TryParseSecret($"0x{new string('a', 64)}\n", out byte[] secret));
        Assert.Equal(Secret, secret);
        Assert.False(JwtAuthenticator.TryParseSecret("0xaa", out _));
    }

    private long Now => _clock.Now.ToUnixTimeSeconds();

    private static string Create(string header, string claims)
    {
        string content = $"{Encode(header)}.{Encode(claims)}";
        byte[] signature = HMACSHA256.HashData(Secret, Encoding.ASCII.GetBytes(content));
        return $"Bearer {content}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
