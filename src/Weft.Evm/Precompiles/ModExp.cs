using System.Buffers;
using System.Buffers.Binary;
using Weft.Evm.Precompiles.Native;

namespace Weft.Evm.Precompiles;

/// <summary>0x05: base^exponent mod modulus over numbers of any length (EIP-198), computed by GMP.</summary>
public sealed class ModExp(ModExpPricing pricing) : Precompile
{
    private const int HeaderLength = 96;

    // Up to 1024 bytes for each of the four numbers: all that Osaka allows, and all that is in use.
    private const int StackLimbs = 4 * 128;

    public override string Name => "MODEXP";

    public override long Gas(ReadOnlySpan<byte> input) => pricing.Gas(input);

    public override int MaxOutputLength(ReadOnlySpan<byte> input) =>
        (int)Math.Min(ModExpLengths.Read(input).Modulus, int.MaxValue);

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var lengths = ModExpLengths.Read(input);
        if (pricing.Refuses(lengths)) return -1;
        int modulusLength = (int)lengths.Modulus;
        output = output[..modulusLength];
        output.Clear();
        if (modulusLength == 0) return 0;

        int baseLength = (int)lengths.Base, exponentLength = (int)lengths.Exponent;
        int baseLimbs = LimbsOf(baseLength), exponentLimbs = LimbsOf(exponentLength);
        int modulusLimbs = LimbsOf(modulusLength);
        int total = baseLimbs + exponentLimbs + modulusLimbs;
        ulong[]? rented = total > StackLimbs ? ArrayPool<ulong>.Shared.Rent(total) : null;
        Span<ulong> limbs = rented is null ? stackalloc ulong[StackLimbs] : rented;

        var b = limbs[..baseLimbs];
        var e = limbs.Slice(baseLimbs, exponentLimbs);
        var m = limbs.Slice(baseLimbs + exponentLimbs, modulusLimbs);
        ReadLimbs(input, HeaderLength, baseLength, b);
        ReadLimbs(input, HeaderLength + (long)baseLength, exponentLength, e);
        ReadLimbs(input, HeaderLength + (long)baseLength + exponentLength, modulusLength, m);
        // EIP-198: modulo zero the result is zero, and so it is modulo one.
        if (m.ContainsAnyExcept(0ul)) PowMod(b, e, m, output);

        if (rented is not null) ArrayPool<ulong>.Shared.Return(rented);
        return modulusLength;
    }

    private static int LimbsOf(int bytes) => (int)(((long)bytes + 7) / 8);

    /// <summary>Reads a big-endian number that may continue past the input as zeros into little-endian limbs.</summary>
    private static void ReadLimbs(ReadOnlySpan<byte> input, long offset, int length, Span<ulong> limbs)
    {
        Span<byte> padded = stackalloc byte[8];
        for (int i = 0; i < limbs.Length; i++)
        {
            // The last limb takes what is left at the front of the number, which may be less than 8 bytes.
            int start = length - 8 * (i + 1), skip = Math.Max(-start, 0);
            long at = offset + start;
            if (skip == 0 && at + 8 <= input.Length)
            {
                limbs[i] = BinaryPrimitives.ReadUInt64BigEndian(input[(int)at..]);
                continue;
            }
            padded[..skip].Clear();
            PaddedInput.CopyTo(input, at + skip, padded[skip..]);
            limbs[i] = BinaryPrimitives.ReadUInt64BigEndian(padded);
        }
    }

    /// <summary>Writes b^e mod m, for m ≠ 0, right-aligned into <paramref name="output"/>, which is all zero.</summary>
    private static unsafe void PowMod(
        ReadOnlySpan<ulong> b, ReadOnlySpan<ulong> e, ReadOnlySpan<ulong> m, Span<byte> output)
    {
        // Safe: the spans are pinned for the whole block, and GMP only reads them through the three views. The result
        // has limbs of its own; it is less than m, so it fits the output. An empty span gives null, with no limbs.
        fixed (ulong* pb = b, pe = e, pm = m)
        {
            Gmp.Integer vb, ve, vm, result;
            Gmp.View(&vb, pb, b.Length);
            Gmp.View(&ve, pe, e.Length);
            Gmp.View(&vm, pm, m.Length);
            Gmp.Initialize(&result, (ulong)m.Length * 64);
            Gmp.PowMod(&result, &vb, &ve, &vm);
            WriteBigEndian(new ReadOnlySpan<ulong>(result.Limbs, result.Size), output);
            Gmp.Clear(&result);
        }
    }

    private static void WriteBigEndian(ReadOnlySpan<ulong> limbs, Span<byte> output)
    {
        int end = output.Length;
        foreach (ulong limb in limbs)
        {
            if (end >= 8)
            {
                BinaryPrimitives.WriteUInt64BigEndian(output[(end - 8)..], limb);
            }
            else
            {
                for (int i = 0; i < end; i++) output[end - 1 - i] = (byte)(limb >> (8 * i));
            }
            end -= 8;
        }
    }
}
