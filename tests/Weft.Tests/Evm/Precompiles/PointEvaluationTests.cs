using System.Numerics;
using System.Security.Cryptography;
using Weft.Evm.Precompiles;
using Xunit;
using static Weft.Tests.Evm.Precompiles.PrecompileCalls;

namespace Weft.Tests.Evm.Precompiles;

/// <summary>KZG. It needs libckzg.so: native/build-kzg.sh makes it.</summary>
public sealed class PointEvaluationTests
{
    private static readonly Precompile PointEvaluation = At(0x0a);

    private static readonly BigInteger Order =
        Number(FromHex("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001"));

    private static readonly byte[] Infinity = [0xc0, .. new byte[47]];

    // The generator of G1, compressed: a commitment to the constant polynomial 1.
    private static readonly byte[] Generator = FromHex(
        "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb");

    private static readonly byte[] Success = Join(Word(4096), Word(Order));

    [Fact]
    public void A_constant_polynomial_has_its_value_everywhere()
    {
        // Its quotient is zero, so the proof is infinity.
        Assert.Equal(Success, PointEvaluation.Call(Input(Generator, 0, 1, Infinity)));
        Assert.Equal(Success, PointEvaluation.Call(Input(Generator, Order - 1, 1, Infinity)));
        Assert.Equal(Success, PointEvaluation.Call(Input(Infinity, 77, 0, Infinity)));
        Assert.Null(PointEvaluation.Call(Input(Generator, 0, 2, Infinity)));
        Assert.Null(PointEvaluation.Call(Input(Generator, 0, 0, Infinity)));
        Assert.Null(PointEvaluation.Call(Input(Infinity, 77, 1, Infinity)));
        Assert.Null(PointEvaluation.Call(Input(Generator, 0, 1, Generator)));
        Assert.Null(PointEvaluation.Call(Input(Infinity, 0, 0, Generator)));
        Assert.Equal(50000, PointEvaluation.Gas([]));
    }

    /// <summary>s·G1, from the trusted setup, commits to the polynomial x; its quotient by x - z is 1.</summary>
    [Fact]
    public void The_polynomial_x_has_the_value_z_at_z()
    {
        if (TrustedSetup() is not { } lines) return;
        byte[] commitment = FromHex(lines[2 + 4096 + 65 + 1]);
        foreach (BigInteger z in (BigInteger[])[0, 1, 12345, Order - 1])
        {
            Assert.Equal(Success, PointEvaluation.Call(Input(commitment, z, z, Generator)));
            Assert.Null(PointEvaluation.Call(Input(commitment, z, (z + 1) % Order, Generator)));
            Assert.Null(PointEvaluation.Call(Input(commitment, (z + 1) % Order, z, Generator)));
        }
    }

    [Fact]
    public void The_point_of_the_setup_is_that_of_the_ceremony()
    {
        if (TrustedSetup() is not { } lines) return;
        Assert.Equal(lines[2 + 4096 + 1], Convert.ToHexStringLower(Weft.Evm.Precompiles.PointEvaluation.SetupG2));
    }

    [Fact]
    public void Hashes_ranges_encodings_and_lengths_are_checked()
    {
        byte[] good = Input(Generator, 5, 1, Infinity);
        Assert.Equal(Success, PointEvaluation.Call(good));
        Assert.Null(PointEvaluation.Call(good[..191]));
        Assert.Null(PointEvaluation.Call([.. good, 0]));
        Assert.Null(PointEvaluation.Call([]));
        Assert.Null(PointEvaluation.Call(Input(Generator, Order, 1, Infinity)));
        Assert.Null(PointEvaluation.Call(Input(Generator, 5, Order + 1, Infinity)));
        foreach (int changed in (int[])[0, 1, 31])
        {
            byte[] wrongHash = (byte[])good.Clone();
            wrongHash[changed] ^= 2;
            Assert.Null(PointEvaluation.Call(wrongHash));
        }
        // Not compressed, not on the curve, and on it but not in the subgroup (x = 0 has order 3).
        foreach (byte first in (byte[])[0x17, 0x80])
        {
            byte[] bad = [first, .. Generator[1..]];
            Assert.Null(PointEvaluation.Call(Input(bad, 5, 1, Infinity)));
        }
        byte[] outside = [0x80, .. new byte[47]];
        Assert.Null(PointEvaluation.Call(Input(outside, 5, 1, Infinity)));
        Assert.Null(PointEvaluation.Call(Input(Infinity, 5, 0, outside)));
        // Pairings with this point of order 11 are all one: only the check of the subgroup refuses it.
        byte[] ofOrder11 = FromHex(
            "800b9529a7b23788075a6c33c7b77b3dcf4da4f58af5310f32e739a6c653a5a8f7cf7f19a297bd6a8f3f19ea82cf9419");
        Assert.Null(PointEvaluation.Call(Input(ofOrder11, 0, 0, ofOrder11)));
    }

    private static byte[] Input(byte[] commitment, BigInteger z, BigInteger y, byte[] proof)
    {
        byte[] hash = SHA256.HashData(commitment);
        hash[0] = 1;
        return Join(hash, Word(z), Word(y), commitment, proof);
    }

    /// <summary>The setup that native/build-kzg.sh leaves beside the library: counts, 4096 points of G1 in Lagrange
    /// form, 65 points of G2, 4096 points of G1.</summary>
    private static string[]? TrustedSetup()
    {
        for (DirectoryInfo? up = new(AppContext.BaseDirectory); up is not null; up = up.Parent)
        {
            string path = Path.Combine(up.FullName, "artifacts", "native", "trusted_setup.txt");
            if (File.Exists(path)) return File.ReadAllLines(path);
        }
        Console.WriteLine("skipped: no artifacts/native/trusted_setup.txt (run native/build-kzg.sh)");
        return null;
    }
}
