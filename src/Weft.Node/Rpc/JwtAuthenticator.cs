using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Weft.Primitives;

namespace Weft.Node.Rpc;

/// <summary>
/// Checks the tokens of the Engine API (execution-apis, engine/authentication.md): HS256 over the shared secret, issued
/// within 60 seconds of now. Other claims are ignored. Safe on any thread.
/// </summary>
public sealed class JwtAuthenticator
{
    public const int SecretSize = 32;

    private const int MaxTokenLength = 4096;
    private const long ToleranceSeconds = 60;

    private readonly byte[] _secret;
    private readonly TimeProvider _clock;

    public JwtAuthenticator(byte[] secret, TimeProvider? clock = null)
    {
        if (secret.Length != SecretSize)
            throw new ArgumentException($"a secret has {SecretSize} bytes, not {secret.Length}", nameof(secret));
        (_secret, _clock) = (secret, clock ?? TimeProvider.System);
    }

    /// <summary>Reads a secret as text: 64 hexadecimal digits, with or without 0x.</summary>
    public static bool TryParseSecret(string text, out byte[] secret) =>
        Hex.TryDecode(text.Trim(), out secret) && secret.Length == SecretSize;

    /// <summary>Null where the header of a request is right, or what is wrong with it.</summary>
    public string? Refuse(string? authorization)
    {
        const string Scheme = "Bearer ";
        if (string.IsNullOrEmpty(authorization)) return "missing token";
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return "no bearer token";
        string token = authorization[Scheme.Length..].Trim();
        if (token.Length > MaxTokenLength) return "token too long";
        string[] parts = token.Split('.');
        if (parts.Length != 3) return "malformed token";
        return CheckSignature(parts) ?? CheckTime(parts[1]);
    }

    /// <summary>A token for now: for tests and clients.</summary>
    public string CreateToken()
    {
        string content = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8) + "."
            + Base64Url.EncodeToString(
                Encoding.UTF8.GetBytes($$"""{"iat":{{_clock.GetUtcNow().ToUnixTimeSeconds()}}}"""));
        return $"{content}.{Base64Url.EncodeToString(Sign(content))}";
    }

    private string? CheckSignature(string[] parts)
    {
        // The algorithm is ours to choose, not the token's: "none" must not pass.
        if (Parse(parts[0]) is not { } header) return "malformed token";
        using (header)
            if (!header.RootElement.TryGetProperty("alg", out var algorithm) || !algorithm.ValueEquals("HS256"u8))
                return "algorithm is not HS256";
        return Decode(parts[2]) is { } given
            && CryptographicOperations.FixedTimeEquals(given, Sign($"{parts[0]}.{parts[1]}"))
            ? null
            : "invalid signature";
    }

    private string? CheckTime(string payload)
    {
        if (Parse(payload) is not { } claims) return "malformed token";
        using (claims)
        {
            if (!claims.RootElement.TryGetProperty("iat", out var issued)
                || issued.ValueKind != JsonValueKind.Number || !issued.TryGetDouble(out double seconds))
                return "missing issued-at";
            double age = _clock.GetUtcNow().ToUnixTimeSeconds() - seconds;
            return age > ToleranceSeconds ? "stale token" : age < -ToleranceSeconds ? "future token" : null;
        }
    }

    private byte[] Sign(string content) => HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes(content));

    private static JsonDocument? Parse(string part)
    {
        if (Decode(part) is not { } bytes) return null;
        try
        {
            var document = JsonDocument.Parse(bytes);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? Decode(string part)
    {
        try
        {
            return Base64Url.DecodeFromChars(part);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
