using System.Numerics;
using Weft.Evm.Precompiles;
using Weft.Evm.Precompiles.Bn254;
using Xunit;
using static Weft.Tests.Evm.Precompiles.Bn254.Bn254Model;
using static Weft.Tests.Evm.Precompiles.PrecompileCalls;

namespace Weft.Tests.Evm.Precompiles.Bn254;

public sealed class PairingTests
{
    private static readonly Precompile Pairing = At(8);
    private static readonly byte[] True = Word(1), False = Word(0);

    [Fact]
    public void The_pairing_is_bilinear()
    {
        var random = new Random(1);
        for (int i = 0; i < 5; i++)
        {
            BigInteger a = random.NextNumber(253) + 1, b = random.NextNumber(i == 0 ? 253 : 60) + 1;
            byte[] left = Pair(a, b);
            Assert.Equal(True, Pairing.Call(Join(left, Pair(R - a * b % R, 1))));
            Assert.Equal(True, Pairing.Call(Join(left, Pair(1, R - a * b % R))));
            Assert.Equal(True, Pairing.Call(Join(left, Pair(R - a % R, b))));
            Assert.Equal(False, Pairing.Call(Join(left, Pair(R - a * b % R + 1, 1))));
            Assert.Equal(False, Pairing.Call(left));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(20)]
    public void Any_number_of_pairs_multiplies_up(int count)
    {
        var random = new Random(count);
        BigInteger sum = 0;
        var pairs = new List<byte[]>();
        for (int i = 0; i < count; i++)
        {
            BigInteger a = random.Next(1, 1000), b = random.Next(1, 1000);
            sum += a * b;
            pairs.Add(Pair(a, b));
        }
        Assert.Equal(False, Pairing.Call(Join(pairs)));
        pairs.Insert(random.Next(count), Pair(R - sum % R, 1));
        Assert.Equal(True, Pairing.Call(Join(pairs)));
        Assert.Equal(45000 + 34000 * (count + 1), Pairing.Gas(Join(pairs)));
    }

    [Fact]
    public void A_pair_with_infinity_contributes_one()
    {
        byte[] noPoint = new byte[64], noTwistPoint = new byte[128];
        Assert.Equal(True, Pairing.Call([]));
        Assert.Equal(True, Pairing.Call(Join(noPoint, Encode(G2))));
        Assert.Equal(True, Pairing.Call(Join(Encode(G1), noTwistPoint)));
        Assert.Equal(True, Pairing.Call(new byte[192 * 9]));
        byte[] mixed = Join(noPoint, Encode(G2), Pair(5, 7), Encode(G1), noTwistPoint, Pair(R - 35, 1));
        Assert.Equal(True, Pairing.Call(mixed));
    }

    /// <summary>The twist has points of many orders; only those of order r may be paired (EIP-197).</summary>
    [Fact]
    public void A_point_of_the_twist_outside_the_group_fails_also_beside_infinity()
    {
        var random = new Random(2);
        for (int i = 0; i < 4; i++)
        {
            TwistPoint q = random.NextTwistPoint();
            Assert.NotNull(Multiply(R, q));
            Assert.Null(Pairing.Call(Join(Encode(G1), Encode(q))));
            Assert.Null(Pairing.Call(Join(new byte[64], Encode(q))));
            Assert.Null(Pairing.Call(Join(Pair(1, 2), Pair(3, 4), Encode(G1), Encode(q))));

            // Cleared of the cofactor 2p - r it is in.
            TwistPoint? inside = Multiply(2 * P - R, q);
            Assert.NotNull(Pairing.Call(Join(Encode(G1), Encode(inside))));
            Assert.Equal(True, Pairing.Call(Join(new byte[64], Encode(inside))));
        }
    }

    /// <summary>Points of small order meet the cases that the formulas for adding leave out.</summary>
    [Fact]
    public void Points_of_small_order_fail()
    {
        var random = new Random(3);
        // The small prime factors of the cofactor 2p - r.
        foreach (int order in (int[])[10069, 5864401])
        {
            Assert.True(((2 * P - R) % order).IsZero);
            TwistPoint? q = null;
            while (q is null) q = Multiply((2 * P - R) / order * R, random.NextTwistPoint());
            Assert.Null(Multiply(order, q));
            Assert.Null(Pairing.Call(Join(Encode(G1), Encode(q))));
            Assert.Null(Pairing.Call(Join(new byte[64], Encode(q))));
            Assert.Null(Pairing.Call(Join(Encode(G1), Encode(Add(q, G2)))));
        }
    }

    /// <summary>Adding a point to itself or to its negative is not covered: what comes out must pass no comparison.
    /// </summary>
    [Fact]
    public void After_a_step_that_the_formulas_leave_out_a_point_equals_none()
    {
        G2Affine.TryRead(Encode(G2), out G2Affine q);
        var negated = q;
        Fp2.Negate(q.Y, out negated.Y);
        foreach (G2Affine term in (G2Affine[])[q, negated])
        {
            G2Projective.From(q, out G2Projective t);
            Assert.True(t.Equals(q));
            t.Add(term, out _);
            for (int step = 0; step < 3; step++)
            {
                Assert.False(t.Equals(q));
                Assert.False(t.Equals(negated));
                t.Double(out _);
                t.Add(q, out _);
            }
        }
    }

    [Fact]
    public void Psi_multiplies_points_of_order_r_by_p()
    {
        TwistPoint q = Multiply(123456789, G2)!;
        G2Affine.TryRead(Encode(q), out G2Affine point);
        for (int power = 1; power <= 3; power++)
        {
            G2Affine.Psi(point, power, out G2Affine image);
            TwistPoint expected = Multiply(BigInteger.ModPow(P, power, R), q)!;
            Assert.Equal((expected.X, expected.Y), (FromFp2(image.X), FromFp2(image.Y)));
        }
    }

    [Fact]
    public void Wrong_lengths_coordinates_and_points_fail()
    {
        byte[] pair = Pair(1, 1);
        Assert.Null(Pairing.Call(pair[..191]));
        Assert.Null(Pairing.Call([.. pair, 0]));
        for (int word = 0; word < 6; word++)
        {
            byte[] outOfRange = (byte[])pair.Clone();
            Word(Number(pair.AsSpan(32 * word, 32)) + P).CopyTo(outOfRange, 32 * word);
            Assert.Null(Pairing.Call(outOfRange));
            byte[] offCurve = (byte[])pair.Clone();
            offCurve[32 * word + 31] ^= 1;
            Assert.Null(Pairing.Call(offCurve));
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        byte[] input = Join(Pair(3, 5), Pair(R - 15, 1)), output = new byte[32];
        Pairing.Run(input, output);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pairing.Run(input, output);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Pair(BigInteger a, BigInteger b) => Join(Encode(Multiply(a, G1)), Encode(Multiply(b, G2)));
}
