using System.Runtime.CompilerServices;

namespace Weft.Primitives;

public readonly partial struct UInt256
{
    /// <summary>
    /// Multiplication modulo a number that returns, by Barrett's reduction: the quotient comes from a multiplication by
    /// the reciprocal of the modulus. Contracts that compute in a prime field use the same modulus millions of times.
    /// </summary>
    /// <remarks>
    /// Numbers are five digits of 52 bits. The upper digit of a product of two is what mulx leaves above 64 bits when
    /// one of them is shifted left by 12, and so the columns of a long product are sums without carries, which RyuJIT
    /// can have only by comparing: half the instructions of the same with limbs of 64 bits. Between the steps digits
    /// may be some bits too long. All pointers go to arrays of five digits, or ten where <see cref="Shifted"/> ones
    /// follow.
    /// </remarks>
    private sealed unsafe class Reciprocal
    {
        private const int Digits = 5;
        private const int DigitBits = 52;
        private const ulong DigitMask = (1ul << DigitBits) - 1;
        private const int MinModulusBits = 4 * DigitBits + 1;

        /// <summary>
        /// The last modulus of this thread. It only remembers a pure function: results never depend on it, and nothing
        /// is shared.
        /// </summary>
        [ThreadStatic]
        private static Reciprocal? _last;

        private UInt256 _modulus;
        private bool _isReady;

        private Constants _constants;

        /// <summary>Bits of m less one, beyond four digits.</summary>
        private int _shift;

        // The modulus m, and v = (2^(259 + bits of m) - 1) / m.
        private struct Constants
        {
            public fixed ulong M[2 * Digits];
            public fixed ulong V[2 * Digits];
        }

        private struct Workspace
        {
            public fixed ulong A[Digits];
            public fixed ulong B[2 * Digits];
            public fixed ulong U[2 * Digits];
            public fixed ulong Q[Digits + 1];
        }

        /// <summary>The reciprocal of m if it was the last modulus as well and has five digits; else null.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Reciprocal? Find(in UInt256 m)
        {
            var last = _last;
            return last is not null && last._modulus == m && last._isReady ? last : Prepare(m);
        }

        // Computing the reciprocal costs about as much as a division of the product, so it waits for the second use.
        [MethodImpl(OutOfLine)]
        private static Reciprocal? Prepare(in UInt256 m)
        {
            if (m.BitLength < MinModulusBits) return null;
            var last = _last ??= new();
            if (last._modulus == m)
            {
                last.Compute();
                return last;
            }
            last._modulus = m;
            last._isReady = false;
            return null;
        }

        private void Compute()
        {
            int bits = _modulus.BitLength;
            ShiftLeft(_modulus, 256 - bits, out var divisor);
            DivideOnes(divisor, out var quotient, out ulong below);
            fixed (Constants* constants = &_constants)
            {
                ulong* v = constants->V, m = constants->M;
                // v is a one, the four limbs of the quotient and three bits of the next one.
                Split((quotient << 3) | (below >> 61), v);
                v[4] |= (8 | (quotient.U3 >> 61)) << 48;
                Split(_modulus, m);
                Shifted(v);
                Shifted(m);
            }
            _shift = bits - MinModulusBits;
            _isReady = true;
        }

        // (2^576 - 1) / divisor - 2^320, for a divisor with the top bit set: four limbs, and the one below them.
        private static void DivideOnes(in UInt256 divisor, out UInt256 quotient, out ulong below)
        {
            const ulong Ones = ulong.MaxValue;
            ulong v3 = divisor.U3, v2 = divisor.U2, v1 = divisor.U1, v0 = divisor.U0;
            ulong u8 = ~v3, u7 = ~v2, u6 = ~v1, u5 = ~v0, u4 = Ones, u3 = Ones, u2 = Ones, u1 = Ones, u0 = Ones;
            ulong q3 = Step4(u8, ref u7, ref u6, ref u5, ref u4, v3, v2, v1, v0);
            ulong q2 = Step4(u7, ref u6, ref u5, ref u4, ref u3, v3, v2, v1, v0);
            ulong q1 = Step4(u6, ref u5, ref u4, ref u3, ref u2, v3, v2, v1, v0);
            ulong q0 = Step4(u5, ref u4, ref u3, ref u2, ref u1, v3, v2, v1, v0);
            below = Step4(u4, ref u3, ref u2, ref u1, ref u0, v3, v2, v1, v0);
            quotient = new(q0, q1, q2, q3);
        }

        /// <summary>a·b modulo m, for b below m.</summary>
        [SkipLocalsInit]
        [MethodImpl(OutOfLine)]
        public void MultiplyMod(in UInt256 a, in UInt256 b, out UInt256 r)
        {
            Workspace work;
            Split(a, work.A);
            Split(b, work.B);
            Shifted(work.B);
            Product(work.A, work.B, work.U);
            UpperPart(work.U, work.Q);
            fixed (Constants* constants = &_constants)
            {
                Quotient(work.Q, constants->V);
                Remainder(work.U, work.Q, constants->M, out r);
            }
        }

        // All ten digits of a·b.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Product(ulong* a, ulong* b, ulong* u)
        {
            ulong carried = 0;
            u[0] = new Column(a, b).Add(0, 0).Digit(ref carried);
            u[1] = new Column(a, b).AddBoth(0, 1).Digit(ref carried);
            u[2] = new Column(a, b).AddBoth(0, 2).Add(1, 1).Digit(ref carried);
            u[3] = new Column(a, b).AddBoth(0, 3).AddBoth(1, 2).Digit(ref carried);
            u[4] = new Column(a, b).AddBoth(0, 4).AddBoth(1, 3).Add(2, 2).Digit(ref carried);
            u[5] = new Column(a, b).AddBoth(1, 4).AddBoth(2, 3).Digit(ref carried);
            u[6] = new Column(a, b).AddBoth(2, 4).Add(3, 3).Digit(ref carried);
            u[7] = new Column(a, b).AddBoth(3, 4).Digit(ref carried);
            u[8] = new Column(a, b).Add(4, 4).Digit(ref carried);
            u[9] = carried;
        }

        // u / 2^(bits of m - 1) in q[1] to q[5], and a digit of its fraction in q[0].
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void UpperPart(ulong* u, ulong* q)
        {
            int right = _shift, left = DigitBits - right;
            ulong u3 = u[3] + (u[2] >> DigitBits), u4 = u[4] + (u3 >> DigitBits);
            q[0] = ((u3 & DigitMask) >> right) + ((u4 << left) & DigitMask);
            q[1] = (u4 >> right) + ((u[5] << left) & DigitMask);
            q[2] = (u[5] >> right) + ((u[6] << left) & DigitMask);
            q[3] = (u[6] >> right) + ((u[7] << left) & DigitMask);
            q[4] = (u[7] >> right) + ((u[8] << left) & DigitMask);
            q[5] = (u[8] >> right) + ((u[9] << left) & DigitMask);
        }

        // Replaces q by the five digits of q·v / 2^260. What the columns on the right would carry is left out; with the
        // fractions of q and v that makes the quotient one too small now and then, never too large.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Quotient(ulong* q, ulong* v)
        {
            ulong* p = q + 1;
            ulong carried = MultiplyHigh(q[0], v[4 + Digits]) + MultiplyHigh(p[0], v[3 + Digits])
                + MultiplyHigh(p[1], v[2 + Digits]) + MultiplyHigh(p[2], v[1 + Digits]) + MultiplyHigh(p[3], v[Digits]);
            ulong right = new Column(p, v).AddBoth(0, 4).AddBoth(1, 3).Add(2, 2).Digit(ref carried);
            ulong q0 = new Column(p, v).AddBoth(1, 4).AddBoth(2, 3).Digit(ref carried);
            ulong q1 = new Column(p, v).AddBoth(2, 4).Add(3, 3).Digit(ref carried);
            ulong q2 = new Column(p, v).AddBoth(3, 4).Digit(ref carried);
            ulong q3 = new Column(p, v).Add(4, 4).Digit(ref carried);
            q[0] = q0 + (right >> DigitBits);
            q[1] = q1;
            q[2] = q2;
            q[3] = q3;
            q[4] = carried;
        }

        // u - q·m, which is less than 2^257: five digits are enough.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Remainder(ulong* u, ulong* q, ulong* m, out UInt256 r)
        {
            ulong carried = 0;
            long d0 = (long)(u[0] - new Column(q, m).Add(0, 0).Digit(ref carried));
            long d1 = (long)(u[1] - new Column(q, m).AddBoth(0, 1).Digit(ref carried));
            long d2 = (long)(u[2] - new Column(q, m).AddBoth(0, 2).Add(1, 1).Digit(ref carried));
            long d3 = (long)(u[3] - new Column(q, m).AddBoth(0, 3).AddBoth(1, 2).Digit(ref carried));
            long d4 = (long)(u[4] - new Column(q, m).AddBoth(0, 4).AddBoth(1, 3).Add(2, 2).Digit(ref carried));
            d1 += d0 >> DigitBits;
            d2 += d1 >> DigitBits;
            d3 += d2 >> DigitBits;
            d4 += d3 >> DigitBits;
            r = Join(
                (ulong)d0 & DigitMask, (ulong)d1 & DigitMask, (ulong)d2 & DigitMask, (ulong)d3 & DigitMask, (ulong)d4);
            ulong above = ((ulong)d4 & DigitMask) >> 48;
            while (above != 0 || !LessThan(r, _modulus)) above -= SubtractBorrow(r, _modulus, out r);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Split(in UInt256 value, ulong* digits)
        {
            ulong u0 = value.U0, u1 = value.U1, u2 = value.U2, u3 = value.U3;
            digits[0] = u0 & DigitMask;
            digits[1] = ((u0 >> 52) | (u1 << 12)) & DigitMask;
            digits[2] = ((u1 >> 40) | (u2 << 24)) & DigitMask;
            digits[3] = ((u2 >> 28) | (u3 << 36)) & DigitMask;
            digits[4] = u3 >> 16;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static UInt256 Join(ulong d0, ulong d1, ulong d2, ulong d3, ulong d4) =>
            new(d0 | (d1 << 52), (d1 >> 12) | (d2 << 40), (d2 >> 24) | (d3 << 28), (d3 >> 36) | (d4 << 16));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Shifted(ulong* digits)
        {
            digits[5] = digits[0] << 12;
            digits[6] = digits[1] << 12;
            digits[7] = digits[2] << 12;
            digits[8] = digits[3] << 12;
            digits[9] = digits[4] << 12;
        }

        /// <summary>
        /// The products of digits of a and b that meet in one column: their sum modulo 2^64, and the sum of their upper
        /// digits, which belong to the next column.
        /// </summary>
        private readonly ref struct Column(ulong* a, ulong* b, ulong low = 0, ulong high = 0)
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public Column Add(int i, int j) =>
                new(a, b, low + a[i] * b[j], high + MultiplyHigh(a[i], b[j + Digits]));

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public Column AddBoth(int i, int j) => Add(i, j).Add(j, i);

            /// <summary>The sum of the lower digits, with what the previous column has carried.</summary>
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public ulong Digit(ref ulong carried)
            {
                ulong digit = low - (high << DigitBits) + carried;
                carried = high;
                return digit;
            }
        }
    }
}
