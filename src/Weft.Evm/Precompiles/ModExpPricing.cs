using Weft.Primitives;

namespace Weft.Evm.Precompiles;

/// <summary>The three lengths in bytes at the start of MODEXP's input; <see cref="long.MaxValue"/> for more.</summary>
internal readonly record struct ModExpLengths(long Base, long Exponent, long Modulus)
{
    public static ModExpLengths Read(ReadOnlySpan<byte> input)
    {
        Span<byte> header = stackalloc byte[96];
        PaddedInput.CopyTo(input, 0, header);
        return new(Length(header), Length(header[32..]), Length(header[64..]));
    }

    private static long Length(ReadOnlySpan<byte> word)
    {
        UInt256 value = UInt256.FromBigEndian(word[..32]);
        return value.IsUInt64 && value.U0 < long.MaxValue ? (long)value.U0 : long.MaxValue;
    }
}

/// <summary>What MODEXP costs. The rules follow each other: EIP-198, EIP-2565 (Berlin), EIP-7883 (Osaka).</summary>
public abstract class ModExpPricing
{
    /// <summary>
    /// Numbers of 2^28 bytes and more are priced out: even the cheapest of them, an exponent for one-byte numbers under
    /// EIP-198, would cost 10^8 gas, and GMP's own limits are not far. With a modulus and base of no bytes,
    /// where the result is empty whatever the exponent is, the length of the exponent does not matter.
    /// </summary>
    private const long MaxLength = 1 << 28;

    public static ModExpPricing Eip198 { get; } = new Eip198Pricing();
    public static ModExpPricing Eip2565 { get; } = new Eip2565Pricing();
    public static ModExpPricing Eip7883 { get; } = new Eip7883Pricing();

    /// <summary>Gas for the input; <see cref="long.MaxValue"/> when no amount would do.</summary>
    internal long Gas(ReadOnlySpan<byte> input)
    {
        var lengths = ModExpLengths.Read(input);
        if (Refuses(lengths)) return long.MaxValue;
        UInt128 iterations = UInt128.Max(Iterations(lengths, ExponentHead(input, lengths)), 1);
        UInt128 gas = Gas(Complexity(Math.Max(lengths.Base, lengths.Modulus)), iterations);
        return gas < (UInt128)long.MaxValue ? (long)gas : long.MaxValue;
    }

    /// <summary>True when the lengths are beyond what the rules or this client allow.</summary>
    internal virtual bool Refuses(in ModExpLengths lengths) =>
        lengths.Base >= MaxLength || lengths.Modulus >= MaxLength
        || (lengths.Exponent >= MaxLength && (lengths.Base | lengths.Modulus) != 0);

    /// <summary>Cost of one product of numbers of this length.</summary>
    private protected abstract UInt128 Complexity(long length);

    /// <summary>Iterations charged for each byte of the exponent after its first 32.</summary>
    private protected virtual uint TailByteIterations => 8;

    private protected abstract UInt128 Gas(UInt128 complexity, UInt128 iterations);

    /// <summary>The exponent's first 32 bytes, or all of it when it is shorter, as a number.</summary>
    private static UInt256 ExponentHead(ReadOnlySpan<byte> input, in ModExpLengths lengths)
    {
        Span<byte> head = stackalloc byte[32];
        head = head[..(int)Math.Min(lengths.Exponent, 32)];
        PaddedInput.CopyTo(input, 96 + lengths.Base, head);
        return UInt256.FromBigEndian(head);
    }

    /// <summary>EIP-198's "adjusted exponent length": about the exponent's bits.</summary>
    private UInt128 Iterations(in ModExpLengths lengths, in UInt256 head)
    {
        UInt128 highestBit = head.IsZero ? 0u : (UInt128)(uint)(head.BitLength - 1);
        UInt128 tail = lengths.Exponent > 32 ? (UInt128)(ulong)(lengths.Exponent - 32) * TailByteIterations : 0;
        return tail + highestBit;
    }

    private static UInt128 SquaredWords(long length)
    {
        var words = (UInt128)((ulong)length + 7) / 8;
        return words * words;
    }

    private sealed class Eip198Pricing : ModExpPricing
    {
        private protected override UInt128 Complexity(long length)
        {
            var x = (UInt128)(ulong)length;
            return length switch
            {
                <= 64 => x * x,
                <= 1024 => x * x / 4 + 96 * x - 3072,
                _ => x * x / 16 + 480 * x - 199680,
            };
        }

        private protected override UInt128 Gas(UInt128 complexity, UInt128 iterations) => complexity * iterations / 20;
    }

    private sealed class Eip2565Pricing : ModExpPricing
    {
        private protected override UInt128 Complexity(long length) => SquaredWords(length);

        private protected override UInt128 Gas(UInt128 complexity, UInt128 iterations) =>
            UInt128.Max(complexity * iterations / 3, 200);
    }

    /// <summary>With the limit of EIP-7823, which begins at the same fork.</summary>
    private sealed class Eip7883Pricing : ModExpPricing
    {
        private const int Limit = 1024;

        internal override bool Refuses(in ModExpLengths lengths) =>
            lengths.Base > Limit || lengths.Exponent > Limit || lengths.Modulus > Limit;

        private protected override UInt128 Complexity(long length) => length <= 32 ? 16 : 2 * SquaredWords(length);

        private protected override uint TailByteIterations => 16;

        private protected override UInt128 Gas(UInt128 complexity, UInt128 iterations) =>
            UInt128.Max(complexity * iterations, 500);
    }
}
