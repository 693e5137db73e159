using System.Numerics;
using Weft.Evm;
using Weft.Evm.Precompiles;
using Weft.Primitives;

namespace Weft.Tests.Evm.Precompiles;

/// <summary>Calls precompiles the way the machine does, and writes numbers the way their inputs want them.</summary>
internal static class PrecompileCalls
{
    public static Precompile At(int number, Fork fork = Fork.Osaka) =>
        PrecompileSet.Of(fork).Find(Address.FromNumber((ulong)number))!;

    public static readonly byte[] Nothing = [];

    /// <summary>The output, or null for failure.</summary>
    public static byte[]? Call(this Precompile precompile, params byte[] input)
    {
        byte[] output = new byte[precompile.MaxOutputLength(input)];
        // Dirt, so that an output that is not written in full is seen.
        output.AsSpan().Fill(0xa5);
        int length = precompile.Run(input, output);
        return length < 0 ? null : output[..length];
    }

    public static byte[] Word(BigInteger value) => Bytes(value, 32);

    public static byte[] Bytes(BigInteger value, int length)
    {
        byte[] digits = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] padded = new byte[length];
        if (!value.IsZero) digits.CopyTo(padded, length - digits.Length);
        return padded;
    }

    public static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    /// <summary>A number below 2^bits, often an extreme one.</summary>
    public static BigInteger NextNumber(this Random random, int bits)
    {
        byte[] bytes = new byte[(bits + 7) / 8];
        random.NextBytes(bytes);
        switch (random.Next(8))
        {
            case 0: Array.Clear(bytes, 0, random.Next(bytes.Length)); break;
            case 1: Array.Fill(bytes, (byte)0xff); break;
        }
        return Number(bytes) & ((BigInteger.One << bits) - 1);
    }

    public static byte[] Join(params IEnumerable<byte[]> parts) => [.. parts.SelectMany(part => part)];

    public static byte[] FromHex(string hex) => Convert.FromHexString(hex);
}
