using System.Text;
using Weft.Primitives;

namespace Weft.Node.Eth;

/// <summary>Reads what Solidity reverts with: Error(string) and Panic(uint256).</summary>
internal static class RevertReason
{
    private static ReadOnlySpan<byte> ErrorSelector => [0x08, 0xc3, 0x79, 0xa0];

    private static ReadOnlySpan<byte> PanicSelector => [0x4e, 0x48, 0x7b, 0x71];

    /// <summary>"execution reverted", with the reason where there is one that can be read.</summary>
    public static string Describe(ReadOnlySpan<byte> output) =>
        Decode(output) is { } reason ? $"execution reverted: {reason}" : "execution reverted";

    public static string? Decode(ReadOnlySpan<byte> output)
    {
        if (output.StartsWith(ErrorSelector)) return DecodeString(output[4..]);
        return output.Length == 36 && output.StartsWith(PanicSelector)
            ? DescribePanic(UInt256.FromBigEndian(output[4..]))
            : null;
    }

    /// <summary>offset, length, bytes: each unchecked input.</summary>
    private static string? DecodeString(ReadOnlySpan<byte> data)
    {
        if (!TryReadInt(data, 0, out int offset) || !TryReadInt(data, offset, out int length)) return null;
        int start = offset + 32;
        return length <= data.Length - start ? Encoding.UTF8.GetString(data.Slice(start, length)) : null;
    }

    private static bool TryReadInt(ReadOnlySpan<byte> data, int offset, out int value)
    {
        value = 0;
        if (offset > data.Length - 32) return false;
        UInt256 word = UInt256.FromBigEndian(data.Slice(offset, 32));
        if (word > (ulong)data.Length) return false;
        value = (int)word.U0;
        return true;
    }

    /// <summary>The codes that the Solidity documentation lists.</summary>
    private static string DescribePanic(in UInt256 code) => !code.IsUInt64 ? Unknown(code) : code.U0 switch
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
        _ => Unknown(code),
    };

    private static string Unknown(in UInt256 code) => $"unknown panic code: {code.ToHex()}";
}
