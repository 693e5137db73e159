using System.Numerics;
using Weft.Evm.Precompiles;
using Xunit;
using static Weft.Tests.Evm.Precompiles.PrecompileCalls;

namespace Weft.Tests.Evm.Precompiles;

/// <summary>BLS12-381 and KZG. They need libckzg.so: native/build-kzg.sh makes it.</summary>
public sealed class BlsTests
{
    private static readonly BigInteger Field = Number(FromHex(
        "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab"));
    private static readonly BigInteger Order =
        Number(FromHex("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001"));

    private static readonly byte[] G1 = Join(
        Element("17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"),
        Element("08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1"));
    private static readonly byte[] G2 = Join(
        Element("024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"),
        Element("13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"),
        Element("0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801"),
        Element("0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be"));

    public static TheoryData<bool> BothGroups => [true, false];

    [Theory]
    [MemberData(nameof(BothGroups))]
    public void A_point_and_its_negative_sum_to_infinity(bool isG1)
    {
        var (add, msm, point) = Group(isG1);
        byte[] negative = msm.Call(Join(point, Word(Order - 1)))!;
        Assert.Equal(new byte[point.Length], add.Call(Join(point, negative)));
        Assert.Equal(point, add.Call(Join(point, new byte[point.Length])));
        Assert.Equal(point, add.Call(Join(new byte[point.Length], point)));
        Assert.Equal(new byte[point.Length], add.Call(new byte[2 * point.Length]));
    }

    [Theory]
    [MemberData(nameof(BothGroups))]
    public void A_sum_of_multiples_equals_adding_one_at_a_time(bool isG1)
    {
        var (add, msm, point) = Group(isG1);
        var random = new Random(1);
        foreach (int count in (int[])[1, 2, 3, 20, 70])
        {
            byte[] expected = new byte[point.Length];
            var terms = new List<byte[]>();
            BigInteger total = 0;
            for (int i = 0; i < count; i++)
            {
                // Infinity, zero, the order and repeated points among the rest.
                byte[] term = i % 6 == 4 ? new byte[point.Length] : msm.Call(Join(point, Word(i / 2 + 1)))!;
                BigInteger k = (i % 5) switch { 2 => 0, 3 => Order, _ => random.NextNumber(256) };
                terms.Add(Join(term, Word(k)));
                expected = add.Call(Join(expected, msm.Call(terms[i])!))!;
                if (i % 6 != 4) total += (i / 2 + 1) * k;
            }
            Assert.Equal(expected, msm.Call(Join(terms)));
            Assert.Equal(msm.Call(Join(point, Word(total % Order))), expected);
        }
    }

    [Theory]
    [MemberData(nameof(BothGroups))]
    public void Encodings_are_checked(bool isG1)
    {
        var (add, msm, point) = Group(isG1);
        byte[] other = new byte[point.Length];
        for (int offset = 0; offset < point.Length; offset += 64)
        {
            byte[] padded = (byte[])point.Clone();
            padded[offset + 15] = 1;
            byte[] tooLarge = (byte[])point.Clone();
            Bytes(Number(point.AsSpan(offset, 64)) + Field, 64).CopyTo(tooLarge, offset);
            byte[] offCurve = (byte[])point.Clone();
            offCurve[offset + 63] ^= 1;
            foreach (byte[] bad in (byte[][])[padded, tooLarge, offCurve])
            {
                Assert.Null(add.Call(Join(bad, other)));
                Assert.Null(add.Call(Join(other, bad)));
                Assert.Null(msm.Call(Join(bad, Word(1))));
                Assert.Null(msm.Call(Join(point, Word(1), bad, Word(0))));
            }
        }
        foreach (int length in (int[])[0, 1, 2 * point.Length - 1, 2 * point.Length + 1, point.Length])
            Assert.Null(add.Call(new byte[length]));
        foreach (int length in (int[])[0, 1, point.Length + 31, point.Length + 33, 2 * point.Length + 63])
            Assert.Null(msm.Call(new byte[length]));
    }

    [Fact]
    public void Sums_take_points_outside_the_subgroup_and_multiples_do_not()
    {
        // (0, 2) satisfies y² = x³ + 4 and has order 3.
        byte[] outside = Join(new byte[64], Bytes(2, 64));
        Assert.Equal(Join(new byte[64], Bytes(Field - 2, 64)), At(0x0b).Call(Join(outside, outside)));
        Assert.Null(At(0x0c).Call(Join(outside, Word(1))));
        Assert.Null(At(0x0f).Call(Join(outside, G2)));
        Assert.Null(At(0x0f).Call(Join(outside, new byte[256])));
    }

    [Fact]
    public void The_pairing_is_bilinear_in_chunks_of_any_size()
    {
        Precompile pairing = At(0x0f);
        foreach (int count in (int[])[1, 15, 16, 17, 33])
        {
            byte[][] pairs =
                [.. Enumerable.Range(1, count).Select(i => Join(Times(0x0c, G1, i), Times(0x0e, G2, i + 1)))];
            BigInteger sum = Enumerable.Range(1, count).Sum(i => i * (i + 1));
            byte[] last = Join(Times(0x0c, G1, Order - sum), G2), nothing = new byte[384];
            Assert.Equal(Word(1), pairing.Call(Join([.. pairs, nothing, last])));
            Assert.Equal(Word(0), pairing.Call(Join(pairs)));
            Assert.Equal(37700 + 32600L * count, pairing.Gas(Join(pairs)));
        }
        Assert.Equal(Word(1), pairing.Call(new byte[384 * 20]));
        Assert.Null(pairing.Call([]));
        Assert.Null(pairing.Call(new byte[383]));

        static byte[] Times(int msm, byte[] point, BigInteger k) => At(msm).Call(Join(point, Word(k)))!;
    }

    [Fact]
    public void Maps_give_points_of_the_subgroup()
    {
        byte[] p = At(0x10).Call(Bytes(12345, 64))!, q = At(0x11).Call(Join(Bytes(5, 64), Bytes(6, 64)))!;
        Assert.Equal(new byte[128], At(0x0c).Call(Join(p, Word(Order))));
        Assert.Equal(new byte[256], At(0x0e).Call(Join(q, Word(Order))));
        Assert.Null(At(0x10).Call(Bytes(Field, 64)));
        Assert.Null(At(0x11).Call(Join(Bytes(0, 64), Bytes(Field, 64))));
        Assert.Null(At(0x10).Call(new byte[63]));
        Assert.Null(At(0x11).Call(new byte[129]));
    }

    private static (Precompile Add, Precompile Msm, byte[] Generator) Group(bool isG1) =>
        isG1 ? (At(0x0b), At(0x0c), G1) : (At(0x0d), At(0x0e), G2);

    private static byte[] Element(string hex) => Join(new byte[16], FromHex(hex));
}
