using System.IO.Compression;
using System.Text.Json;

namespace Weft.Conformance.Node;

/// <summary>A file of requests (&gt;&gt;) and what is to be answered (&lt;&lt;).</summary>
/// <param name="IsSpecOnly">Answers are compared by their shape alone.</param>
internal sealed record RpcCase(string Name, bool IsSpecOnly, IReadOnlyList<(string Request, string Response)> Calls)
{
    public static RpcCase Read(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(entry.Open());
        bool isSpecOnly = false;
        string? request = null;
        var calls = new List<(string, string)>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("// speconly:", StringComparison.Ordinal)) isSpecOnly = true;
            if (line.StartsWith(">> ", StringComparison.Ordinal)) request = line[3..];
            if (line.StartsWith("<< ", StringComparison.Ordinal)) calls.Add((request!, line[3..]));
        }
        return new(entry.FullName, isSpecOnly, calls);
    }

    /// <summary>The first place where an answer differs from the expected one; null where it is equal. Of errors code
    /// and data count: words differ from client to client.</summary>
    public string? Compare(JsonElement expected, JsonElement actual)
    {
        if (expected.TryGetProperty("error", out JsonElement error))
        {
            if (!actual.TryGetProperty("error", out JsonElement given)) return "no error";
            int code = error.GetProperty("code").GetInt32(), found = given.GetProperty("code").GetInt32();
            if (code != found)
                return $"error {found}: {given.GetProperty("message")} instead of {code}: "
                    + error.GetProperty("message").GetString();
            return error.TryGetProperty("data", out JsonElement data)
                ? given.TryGetProperty("data", out JsonElement other)
                    ? Difference(data, other, "error.data")
                    : "error without data"
                : null;
        }
        if (actual.TryGetProperty("error", out JsonElement unexpected)) return $"error {unexpected}";
        return Difference(expected.GetProperty("result"), actual.GetProperty("result"), "result");
    }

    private string? Difference(JsonElement expected, JsonElement actual, string path)
    {
        if (expected.ValueKind != actual.ValueKind)
            return $"{path}: {Shorten(actual)} instead of {Shorten(expected)}";
        return expected.ValueKind switch
        {
            JsonValueKind.Object => DifferentMembers(expected, actual, path),
            JsonValueKind.Array => DifferentItems(expected, actual, path),
            _ => IsSpecOnly || expected.GetRawText() == actual.GetRawText()
                ? null
                : $"{path}: {Shorten(actual)} instead of {Shorten(expected)}",
        };
    }

    private string? DifferentMembers(JsonElement expected, JsonElement actual, string path)
    {
        foreach (JsonProperty member in expected.EnumerateObject())
        {
            if (!actual.TryGetProperty(member.Name, out JsonElement value)) return $"{path}.{member.Name} is missing";
            if (Difference(member.Value, value, $"{path}.{member.Name}") is { } difference) return difference;
        }
        foreach (JsonProperty member in actual.EnumerateObject())
            if (!expected.TryGetProperty(member.Name, out _)) return $"{path}.{member.Name} is too much";
        return null;
    }

    /// <summary>Of a shape, the first items stand for all.</summary>
    private string? DifferentItems(JsonElement expected, JsonElement actual, string path)
    {
        int length = expected.GetArrayLength(), given = actual.GetArrayLength();
        if (!IsSpecOnly && length != given) return $"{path} has {given} items instead of {length}";
        for (int i = 0; i < Math.Min(length, given); i++)
            if (Difference(expected[i], actual[i], $"{path}[{i}]") is { } difference) return difference;
        return null;
    }

    private static string Shorten(JsonElement json)
    {
        string text = json.GetRawText();
        return text.Length <= 90 ? text : text[..90] + "...";
    }
}
