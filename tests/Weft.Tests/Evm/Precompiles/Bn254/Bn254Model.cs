using System.Numerics;
using Weft.Evm.Precompiles.Bn254;
using static Weft.Tests.Evm.Precompiles.PrecompileCalls;

namespace Weft.Tests.Evm.Precompiles.Bn254;

/// <summary>
/// alt_bn128 written for clarity: fields as polynomials over BigInteger, curves in affine coordinates. Fp12 is
/// Fp[w]/(w^12 - 18w^6 + 82), in which u = w^6 - 9.
/// </summary>
internal static class Bn254Model
{
    public static readonly BigInteger P =
        BigInteger.Parse("21888242871839275222246405745257275088696311157297823662689037894645226208583");

    public static readonly BigInteger R =
        BigInteger.Parse("21888242871839275222246405745257275088548364400416034343698204186575808495617");

    // ---- Fp ----

    public static BigInteger Mod(BigInteger a) => ((a % P) + P) % P;

    /// <summary>By Euclid's algorithm, which is quicker than a power; 0 for 0.</summary>
    public static BigInteger Inverse(BigInteger a)
    {
        BigInteger r = P, s = Mod(a), u = 0, v = 1;
        while (!s.IsZero)
        {
            BigInteger quotient = r / s;
            (r, s) = (s, r - quotient * s);
            (u, v) = (v, u - quotient * v);
        }
        return r.IsOne ? Mod(u) : 0;
    }

    public static Fp ToFp(BigInteger a)
    {
        Xunit.Assert.True(Fp.TryRead(Word(a), out Fp value));
        return value;
    }

    public static BigInteger FromFp(in Fp a)
    {
        byte[] bytes = new byte[32];
        a.Write(bytes);
        return Number(bytes);
    }

    /// <summary>An element, often one at an edge.</summary>
    public static BigInteger NextElement(this Random random) => random.Next(10) switch
    {
        0 => 0,
        1 => 1,
        2 => P - 1,
        3 => P - 1 - random.Next(100),
        4 => BigInteger.One << random.Next(254) < P ? BigInteger.One << random.Next(253) : 2,
        _ => Mod(random.NextNumber(300)),
    };

    // ---- Fp2 as (real, imaginary) ----

    public static (BigInteger Re, BigInteger Im) Multiply2(
        (BigInteger Re, BigInteger Im) a, (BigInteger Re, BigInteger Im) b) =>
        (Mod(a.Re * b.Re - a.Im * b.Im), Mod(a.Re * b.Im + a.Im * b.Re));

    public static (BigInteger Re, BigInteger Im) Inverse2((BigInteger Re, BigInteger Im) a)
    {
        BigInteger norm = Inverse(a.Re * a.Re + a.Im * a.Im);
        return (Mod(a.Re * norm), Mod(-a.Im * norm));
    }

    public static Fp2 ToFp2((BigInteger Re, BigInteger Im) a) => new() { C0 = ToFp(a.Re), C1 = ToFp(a.Im) };

    public static (BigInteger Re, BigInteger Im) FromFp2(in Fp2 a) => (FromFp(a.C0), FromFp(a.C1));

    // ---- Fp12 as 12 coefficients of w ----

    public static BigInteger[] Multiply12(BigInteger[] a, BigInteger[] b)
    {
        var product = new BigInteger[23];
        for (int i = 0; i < 12; i++)
        {
            for (int j = 0; j < 12; j++) product[i + j] += a[i] * b[j];
        }
        for (int i = 22; i >= 12; i--)
        {
            product[i - 6] += 18 * product[i];
            product[i - 12] -= 82 * product[i];
        }
        return [.. product.Take(12).Select(Mod)];
    }

    public static BigInteger[] Power12(BigInteger[] a, BigInteger exponent)
    {
        BigInteger[] power = [1, .. new BigInteger[11]];
        for (long bit = (long)exponent.GetBitLength() - 1; bit >= 0; bit--)
        {
            power = Multiply12(power, power);
            if (((exponent >> (int)bit) & 1) == 1) power = Multiply12(power, a);
        }
        return power;
    }

    public static BigInteger[] FromFp12(in Fp12 a)
    {
        var coefficients = new BigInteger[12];
        Fp2[] byPowerOfW = [a.C0.C0, a.C1.C0, a.C0.C1, a.C1.C1, a.C0.C2, a.C1.C2];
        for (int i = 0; i < 6; i++)
        {
            // (re + im·u)·w^i with u = w^6 - 9.
            var (re, im) = FromFp2(byPowerOfW[i]);
            coefficients[i] = Mod(re - 9 * im);
            coefficients[i + 6] = im;
        }
        return coefficients;
    }

    public static Fp12 NextFp12(this Random random) => new() { C0 = random.NextFp6(), C1 = random.NextFp6() };

    public static Fp6 NextFp6(this Random random) =>
        new() { C0 = random.NextFp2(), C1 = random.NextFp2(), C2 = random.NextFp2() };

    public static Fp2 NextFp2(this Random random) => ToFp2((random.NextElement(), random.NextElement()));

    // ---- The curve; null is infinity ----

    public static readonly (BigInteger X, BigInteger Y)? G1 = (1, 2);

    public static (BigInteger X, BigInteger Y)? Add(
        (BigInteger X, BigInteger Y)? a, (BigInteger X, BigInteger Y)? b)
    {
        if (a is not { } p || b is not { } q) return a ?? b;
        if (p.X == q.X && Mod(p.Y + q.Y).IsZero) return null;
        BigInteger slope = p.X == q.X
            ? Mod(3 * p.X * p.X * Inverse(2 * p.Y)) : Mod((q.Y - p.Y) * Inverse(q.X - p.X));
        BigInteger x = Mod(slope * slope - p.X - q.X);
        return (x, Mod(slope * (p.X - x) - p.Y));
    }

    public static (BigInteger X, BigInteger Y)? Multiply(BigInteger k, (BigInteger X, BigInteger Y)? point)
    {
        (BigInteger X, BigInteger Y)? sum = null;
        for (; !k.IsZero; k >>= 1)
        {
            if (!k.IsEven) sum = Add(sum, point);
            point = Add(point, point);
        }
        return sum;
    }

    public static byte[] Encode((BigInteger X, BigInteger Y)? point) => Join(Word(point?.X ?? 0), Word(point?.Y ?? 0));

    // ---- The twist ----

    public sealed record TwistPoint((BigInteger Re, BigInteger Im) X, (BigInteger Re, BigInteger Im) Y);

    public static readonly TwistPoint G2 = new(
        (BigInteger.Parse("10857046999023057135944570762232829481370756359578518086990519993285655852781"),
            BigInteger.Parse("11559732032986387107991004021392285783925812861821192530917403151452391805634")),
        (BigInteger.Parse("8495653923123431417604973247489272438418190587263600148770280649306958101930"),
            BigInteger.Parse("4082367875863433681332203403145435568316851327593401208105741076214120093531")));

    public static TwistPoint? Add(TwistPoint? a, TwistPoint? b)
    {
        if (a is null || b is null) return a ?? b;
        (BigInteger Re, BigInteger Im) slope;
        if (a.X == b.X)
        {
            if (a.Y == (Mod(-b.Y.Re), Mod(-b.Y.Im))) return null;
            slope = Multiply2(Multiply2((3, 0), Multiply2(a.X, a.X)), Inverse2(Multiply2((2, 0), a.Y)));
        }
        else
        {
            slope = Multiply2(Subtract2(b.Y, a.Y), Inverse2(Subtract2(b.X, a.X)));
        }
        var x = Subtract2(Subtract2(Multiply2(slope, slope), a.X), b.X);
        return new(x, Subtract2(Multiply2(slope, Subtract2(a.X, x)), a.Y));
    }

    public static TwistPoint? Multiply(BigInteger k, TwistPoint? point)
    {
        TwistPoint? sum = null;
        for (; !k.IsZero; k >>= 1)
        {
            if (!k.IsEven) sum = Add(sum, point);
            point = Add(point, point);
        }
        return sum;
    }

    /// <summary>A point of the twist, hardly ever of order r: x until x³ + 3/(9 + u) is a square.</summary>
    public static TwistPoint NextTwistPoint(this Random random)
    {
        var b = Multiply2((3, 0), Inverse2((9, 1)));
        while (true)
        {
            (BigInteger Re, BigInteger Im) x = (random.NextElement(), random.NextElement());
            var cube = Multiply2(Multiply2(x, x), x);
            if (SquareRoot2((Mod(cube.Re + b.Re), Mod(cube.Im + b.Im))) is { } y) return new(x, y);
        }
    }

    /// <summary>The square root in Fp2 for p = 3 (mod 4), by way of the norm; null when there is none.</summary>
    private static (BigInteger Re, BigInteger Im)? SquareRoot2((BigInteger Re, BigInteger Im) a)
    {
        BigInteger norm = BigInteger.ModPow(Mod(a.Re * a.Re + a.Im * a.Im), (P + 1) / 4, P);
        foreach (BigInteger sign in (BigInteger[])[1, -1])
        {
            BigInteger re = BigInteger.ModPow(Mod((a.Re + sign * norm) * Inverse(2)), (P + 1) / 4, P);
            (BigInteger Re, BigInteger Im) root = (re, Mod(a.Im * Inverse(2 * re)));
            if (Multiply2(root, root) == a) return root;
        }
        return null;
    }

    public static byte[] Encode(TwistPoint? point) =>
        Join(Word(point?.X.Im ?? 0), Word(point?.X.Re ?? 0), Word(point?.Y.Im ?? 0), Word(point?.Y.Re ?? 0));

    private static (BigInteger Re, BigInteger Im) Subtract2(
        (BigInteger Re, BigInteger Im) a, (BigInteger Re, BigInteger Im) b) => (Mod(a.Re - b.Re), Mod(a.Im - b.Im));
}
