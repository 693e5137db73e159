using System.Numerics;
using System.Runtime.CompilerServices;
using static Weft.Evm.Precompiles.Limbs;

namespace Weft.Evm.Precompiles.Bn254;

// Inversion by Pornin, "Optimized binary GCD for modular inversion" (eprint 2020/972): 31 steps at a time are worked
// out on 64-bit approximations of the two numbers, and only their combined effect is applied to all limbs.
internal partial struct Fp
{
    private const int InnerSteps = 31;

    // 2·254 - 1 steps at most bring (a, p) to (0, 1).
    private const int OuterSteps = 17;

    // Adding this to a pair of 32-bit factors in one word makes both halves non-negative.
    private const ulong PairBias = 0x7fffffff_7fffffff;
    private const long FactorBias = 0x7fffffff;

    /// <summary>2^(33·rounds + 3·256) mod p by the number of rounds: see the end of <see cref="Invert"/>.</summary>
    private static readonly Fp[] InversionScales =
        [.. Enumerable.Range(0, OuterSteps + 1).Select(rounds => PowerOfTwo(33 * rounds + 3 * 256))];

    /// <summary>1/a, and 0 for 0.</summary>
    public static void Invert(in Fp a, out Fp result)
    {
        // Invariant: x = u·a and y = v·a (mod p), but for a power of two that grows by 2^33 a round:
        // x and y are divided by 2^31, u and v by 2^64.
        Fp x = a, y = new(P0, P1, P2, P3), u = new(1, 0, 0, 0), v = default;
        int rounds = 0;
        // Twelve rounds are usual.
        for (; rounds < OuterSteps && !x.IsZero; rounds++)
        {
            Approximate(x, y, out ulong topX, out ulong topY);
            InnerLoop(topX, topY, out long f0, out long g0, out long f1, out long g1);
            Combine(x, y, ref f0, ref g0, out Fp nextX);
            Combine(x, y, ref f1, ref g1, out y);
            x = nextX;
            CombineModP(u, v, f0, g0, out Fp nextU);
            CombineModP(u, v, f1, g1, out v);
            u = nextU;
        }
        // Now 1 = v·a·2^(33·rounds), where a stands for (the number)·2^256; the product divides by 2^256 once more.
        Multiply(v, InversionScales[rounds], out result);
    }

    /// <summary>Shrinks both numbers to 64 bits: their low 31 bits, and the top 33 bits at a common position.</summary>
    private static void Approximate(in Fp x, in Fp y, out ulong topX, out ulong topY)
    {
        const ulong Low = (1ul << InnerSteps) - 1;
        int top = (x.L3 | y.L3) != 0 ? 3 : (x.L2 | y.L2) != 0 ? 2 : (x.L1 | y.L1) != 0 ? 1 : 0;
        if (top == 0)
        {
            (topX, topY) = (x.L0, y.L0);
            return;
        }
        int shift = BitOperations.LeadingZeroCount(x.Limb(top) | y.Limb(top));
        // A shift by 64 would be a shift by 0; two shifts make it right.
        ulong headX = (x.Limb(top) << shift) | ((x.Limb(top - 1) >> 1) >> (63 - shift));
        ulong headY = (y.Limb(top) << shift) | ((y.Limb(top - 1) >> 1) >> (63 - shift));
        topX = (headX & ~Low) | (x.L0 & Low);
        topY = (headY & ~Low) | (y.L0 & Low);
    }

    /// <summary>31 steps of the binary GCD; the factors say what they did: x' = (f0·x + g0·y)/2^31 and
    /// y' = (f1·x + g1·y)/2^31.</summary>
    private static void InnerLoop(ulong x, ulong y, out long f0, out long g0, out long f1, out long g1)
    {
        // Two factors to a word, g in the upper half, so that one subtraction serves both.
        ulong fg0 = 1, fg1 = 1ul << 32;
        for (int remaining = InnerSteps; ;)
        {
            // Halving as often as x is even, in one go.
            int zeros = Math.Min(BitOperations.TrailingZeroCount(x), remaining);
            x >>= zeros;
            fg1 <<= zeros;
            remaining -= zeros;
            if (remaining == 0) break;
            // Both are odd: x becomes the difference, y the smaller one.
            ulong difference = x - y, isLess = 0 - Bit(x < y), factors = fg0 - fg1;
            y ^= (x ^ y) & isLess;
            fg1 ^= (fg0 ^ fg1) & isLess;
            x = (difference ^ isLess) - isLess;
            fg0 = (factors ^ isLess) - isLess;
        }
        fg0 += PairBias;
        fg1 += PairBias;
        f0 = (uint)fg0 - FactorBias;
        g0 = (long)(fg0 >> 32) - FactorBias;
        f1 = (uint)fg1 - FactorBias;
        g1 = (long)(fg1 >> 32) - FactorBias;
    }

    /// <summary>|f·x + g·y|/2^31; where the sum is negative, the factors change their signs as well.</summary>
    private static void Combine(in Fp x, in Fp y, ref long f, ref long g, out Fp result)
    {
        ulong signF = (ulong)(f >> 63), signG = (ulong)(g >> 63);
        ulong absF = ((ulong)f ^ signF) - signF, absG = ((ulong)g ^ signG) - signG;
        ulong carryF = signF & 1, carryG = signG & 1, high = 0, highG = 0;
        // Two's complement over five limbs: negating is inverting and adding one.
        ulong t0 = SignedTerm(x.L0, y.L0, signF, signG, absF, absG, ref carryF, ref carryG, ref high, ref highG);
        ulong t1 = SignedTerm(x.L1, y.L1, signF, signG, absF, absG, ref carryF, ref carryG, ref high, ref highG);
        ulong t2 = SignedTerm(x.L2, y.L2, signF, signG, absF, absG, ref carryF, ref carryG, ref high, ref highG);
        ulong t3 = SignedTerm(x.L3, y.L3, signF, signG, absF, absG, ref carryF, ref carryG, ref high, ref highG);
        ulong t4 = SignedTerm(0, 0, signF, signG, absF, absG, ref carryF, ref carryG, ref high, ref highG);

        t0 = (t0 >> InnerSteps) | (t1 << (64 - InnerSteps));
        t1 = (t1 >> InnerSteps) | (t2 << (64 - InnerSteps));
        t2 = (t2 >> InnerSteps) | (t3 << (64 - InnerSteps));
        t3 = (t3 >> InnerSteps) | (t4 << (64 - InnerSteps));
        ulong sign = (ulong)((long)t4 >> 63);
        ulong carry = sign & 1;
        f = (f ^ (long)sign) + (long)carry;
        g = (g ^ (long)sign) + (long)carry;
        t0 = AddCarry(t0 ^ sign, 0, ref carry);
        t1 = AddCarry(t1 ^ sign, 0, ref carry);
        t2 = AddCarry(t2 ^ sign, 0, ref carry);
        result = new Fp(t0, t1, t2, (t3 ^ sign) + carry);
    }

    /// <summary>One limb of ±x·|f| ± y·|g|, with the carries that negating and multiplying pass on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SignedTerm(ulong x, ulong y, ulong signF, ulong signG, ulong absF, ulong absG,
        ref ulong carryF, ref ulong carryG, ref ulong highF, ref ulong highG)
    {
        x = (x ^ signF) + carryF;
        carryF &= Bit(x == 0);
        y = (y ^ signG) + carryG;
        carryG &= Bit(y == 0);
        return MultiplyAdd(y, absG, MultiplyAdd(x, absF, 0, ref highF), ref highG);
    }

    /// <summary>(f·u + g·v)/2^64 mod p.</summary>
    private static void CombineModP(in Fp u, in Fp v, long f, long g, out Fp result)
    {
        Fp left = u, right = v;
        if (f < 0) NegateLoosely(u, out left);
        if (g < 0) NegateLoosely(v, out right);
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0;
        MultiplyAddRow(left, (ulong)Math.Abs(f), ref t0, ref t1, ref t2, ref t3, ref t4);
        MultiplyAddRow(right, (ulong)Math.Abs(g), ref t0, ref t1, ref t2, ref t3, ref t4);
        ReduceLimb(ref t0, ref t1, ref t2, ref t3, t4);
        ReduceOnce(t0, t1, t2, t3, out result);
    }

    private static Fp PowerOfTwo(int exponent)
    {
        var power = new Fp(1, 0, 0, 0);
        for (int i = 0; i < exponent; i++) Double(power, out power);
        return power;
    }
}
