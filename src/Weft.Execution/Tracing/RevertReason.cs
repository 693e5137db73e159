using System.Text;
using Weft.Primitives;

namespace Weft.Execution.Tracing;

/// <summary>Reads what Solidity reverts with.</summary>
public static class RevertReason
{
    private const int WordLength = 32, SelectorLength = 4;

    private static ReadOnlySpan<byte> ErrorSelector => [0x08, 0xc3, 0x79, 0xa0];

    private static ReadOnlySpan<byte> PanicSelector => [0x4e, 0x48, 0x7b, 0x71];

    /// <summary>The text of Error(string), or what the code of Panic(uint256) stands for; null for any other output,
    /// malformed ones among them.</summary>
    public static string? Decode(ReadOnlySpan<byte> output)
    {
        if (output.StartsWith(ErrorSelector)) return DecodeText(output[SelectorLength..]);
        if (output.StartsWith(PanicSelector) && output.Length >= SelectorLength + WordLength)
            return DescribePanic(UInt256.FromBigEndian(output.Slice(SelectorLength, WordLength)));
        return null;
    }

    private static string? DecodeText(ReadOnlySpan<byte> arguments)
    {
        if (!TryReadLength(arguments, 0, out int offset) || !TryReadLength(arguments, offset, out int length))
            return null;
        int start = offset + WordLength;
        return length <= arguments.Length - start ? Encoding.UTF8.GetString(arguments.Slice(start, length)) : null;
    }

    /// <summary>A word that counts bytes of the arguments.</summary>
    private static bool TryReadLength(ReadOnlySpan<byte> arguments, int at, out int value)
    {
        value = 0;
        if (arguments.Length - at < WordLength) return false;
        var word = UInt256.FromBigEndian(arguments.Slice(at, WordLength));
        if (!word.IsUInt64 || word.U0 > (ulong)arguments.Length) return false;
        value = (int)word.U0;
        return true;
    }

    /// <summary>The codes that Solidity's documentation lists.</summary>
    private static string DescribePanic(in UInt256 code) => (code.IsUInt64 ? code.U0 : ulong.MaxValue) switch
    {
        0x00 => "generic panic",
        0x01 => "assert(false)",
        0x11 => "arithmetic underflow or overflow",
        0x12 => "division or modulo by zero",
        0x21 => "enum overflow",
        0x22 => "invalid encoded storage byte array accessed",
        0x31 => "out-of-bounds array access; popping on an empty array",
        0x32 => "out-of-bounds access of an array or bytesN",
        0x41 => "out of memory",
        0x51 => "uninitialized function",
        _ => $"unknown panic code: {code.ToHex()}",
    };
}
