namespace Weft.Primitives;

/// <summary>Bytes as text: 0x and two digits a byte.</summary>
public static class Hex
{
    public static string Encode(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>
    /// Accepts an even number of digits in either case, with or without 0x; an empty text is no bytes.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) text = text[2..];
        bytes = (text.Length & 1) == 0 ? new byte[text.Length / 2] : [];
        return (text.Length & 1) == 0
            && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
    }
}
