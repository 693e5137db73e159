using System.Globalization;
using Weft.Cli.Commands;
using Weft.Primitives;

namespace Weft.Cli.Nodes;

/// <summary>Whose state the dev chain begins with.</summary>
/// <param name="Block">A number, a hash or a tag.</param>
/// <param name="CallsPerSecond">0: no limit.</param>
internal sealed record ForkSettings(Uri Url, string Block, int CallsPerSecond)
{
    public const string Latest = "latest";

    private static readonly string[] Tags = [Latest, "safe", "finalized", "earliest"];

    /// <summary>URL or URL@BLOCK. What stands before a host may have an @ of its own.</summary>
    public static ForkSettings Parse(string text, int callsPerSecond)
    {
        int at = text.LastIndexOf('@');
        bool hasBlock = at > 0 && IsBlock(text[(at + 1)..]);
        return new(
            SnapshotCommand.ReadUrl(hasBlock ? text[..at] : text), hasBlock ? text[(at + 1)..] : Latest,
            callsPerSecond);
    }

    private static bool IsBlock(string text) => Tags.Contains(text)
        || ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        || (text.StartsWith("0x", StringComparison.Ordinal) && (text.Length == 66
            ? Hex.TryDecode(text, out _)
            : ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _)));
}
