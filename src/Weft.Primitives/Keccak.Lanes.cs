using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weft.Primitives;

// Keccak-f[1600] of several states side by side: word i of the state is a vector with lane i of each of them.
public static partial class Keccak
{
    /// <summary>What a round does with vectors of type T; the JIT puts the instructions in their place.</summary>
    private interface IVector<T> where T : unmanaged
    {
        static abstract T Repeat(ulong value);
        static abstract T Xor(T a, T b);
        static abstract T Xor3(T a, T b, T c);
        static abstract T RotateLeft(T a, [ConstantExpected] byte count);

        /// <summary>χ: a ^ (~b &amp; c).</summary>
        static abstract T Chi(T a, T b, T c);

        /// <summary>
        /// Each state goes on from what it is where keep has all bits set, starts from zero where it has none, and
        /// takes in its own block of <see cref="Rate"/> bytes.
        /// </summary>
        static abstract unsafe void Absorb(T* state, ulong* keep, byte** blocks);
    }

    /// <summary>All rounds, with the state in as many registers as there are. Safe: the state has 25 words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Permute<T, TVector>(T* state)
        where T : unmanaged where TVector : struct, IVector<T>
    {
        T a0 = state[0], a1 = state[1], a2 = state[2], a3 = state[3], a4 = state[4];
        T a5 = state[5], a6 = state[6], a7 = state[7], a8 = state[8], a9 = state[9];
        T a10 = state[10], a11 = state[11], a12 = state[12], a13 = state[13], a14 = state[14];
        T a15 = state[15], a16 = state[16], a17 = state[17], a18 = state[18], a19 = state[19];
        T a20 = state[20], a21 = state[21], a22 = state[22], a23 = state[23], a24 = state[24];
        foreach (ulong constant in RoundConstants)
        {
            // θ
            T c0 = Parity<T, TVector>(a0, a5, a10, a15, a20);
            T c1 = Parity<T, TVector>(a1, a6, a11, a16, a21);
            T c2 = Parity<T, TVector>(a2, a7, a12, a17, a22);
            T c3 = Parity<T, TVector>(a3, a8, a13, a18, a23);
            T c4 = Parity<T, TVector>(a4, a9, a14, a19, a24);
            T d0 = TVector.Xor(c4, TVector.RotateLeft(c1, 1));
            T d1 = TVector.Xor(c0, TVector.RotateLeft(c2, 1));
            T d2 = TVector.Xor(c1, TVector.RotateLeft(c3, 1));
            T d3 = TVector.Xor(c2, TVector.RotateLeft(c4, 1));
            T d4 = TVector.Xor(c3, TVector.RotateLeft(c0, 1));

            // The rest of θ, ρ and π: all lanes but the first move along one cycle of 24.
            a0 = TVector.Xor(a0, d0);
            var first = Turn<T, TVector>(a6, d1, 44);
            a6 = Turn<T, TVector>(a9, d4, 20);
            a9 = Turn<T, TVector>(a22, d2, 61);
            a22 = Turn<T, TVector>(a14, d4, 39);
            a14 = Turn<T, TVector>(a20, d0, 18);
            a20 = Turn<T, TVector>(a2, d2, 62);
            a2 = Turn<T, TVector>(a12, d2, 43);
            a12 = Turn<T, TVector>(a13, d3, 25);
            a13 = Turn<T, TVector>(a19, d4, 8);
            a19 = Turn<T, TVector>(a23, d3, 56);
            a23 = Turn<T, TVector>(a15, d0, 41);
            a15 = Turn<T, TVector>(a4, d4, 27);
            a4 = Turn<T, TVector>(a24, d4, 14);
            a24 = Turn<T, TVector>(a21, d1, 2);
            a21 = Turn<T, TVector>(a8, d3, 55);
            a8 = Turn<T, TVector>(a16, d1, 45);
            a16 = Turn<T, TVector>(a5, d0, 36);
            a5 = Turn<T, TVector>(a3, d3, 28);
            a3 = Turn<T, TVector>(a18, d3, 21);
            a18 = Turn<T, TVector>(a17, d2, 15);
            a17 = Turn<T, TVector>(a11, d1, 10);
            a11 = Turn<T, TVector>(a7, d2, 6);
            a7 = Turn<T, TVector>(a10, d0, 3);
            a10 = Turn<T, TVector>(a1, d1, 1);
            a1 = first;

            // χ and ι
            Row<T, TVector>(ref a0, ref a1, ref a2, ref a3, ref a4);
            Row<T, TVector>(ref a5, ref a6, ref a7, ref a8, ref a9);
            Row<T, TVector>(ref a10, ref a11, ref a12, ref a13, ref a14);
            Row<T, TVector>(ref a15, ref a16, ref a17, ref a18, ref a19);
            Row<T, TVector>(ref a20, ref a21, ref a22, ref a23, ref a24);
            a0 = TVector.Xor(a0, TVector.Repeat(constant));
        }
        (state[0], state[1], state[2], state[3], state[4]) = (a0, a1, a2, a3, a4);
        (state[5], state[6], state[7], state[8], state[9]) = (a5, a6, a7, a8, a9);
        (state[10], state[11], state[12], state[13], state[14]) = (a10, a11, a12, a13, a14);
        (state[15], state[16], state[17], state[18], state[19]) = (a15, a16, a17, a18, a19);
        (state[20], state[21], state[22], state[23], state[24]) = (a20, a21, a22, a23, a24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Parity<T, TVector>(T a, T b, T c, T d, T e)
        where T : unmanaged where TVector : struct, IVector<T> => TVector.Xor3(TVector.Xor3(a, b, c), d, e);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Turn<T, TVector>(T lane, T d, [ConstantExpected] byte count)
        where T : unmanaged where TVector : struct, IVector<T> => TVector.RotateLeft(TVector.Xor(lane, d), count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<T, TVector>(ref T a0, ref T a1, ref T a2, ref T a3, ref T a4)
        where T : unmanaged where TVector : struct, IVector<T>
    {
        T b0 = a0, b1 = a1;
        a0 = TVector.Chi(a0, a1, a2);
        a1 = TVector.Chi(a1, a2, a3);
        a2 = TVector.Chi(a2, a3, a4);
        a3 = TVector.Chi(a3, a4, b0);
        a4 = TVector.Chi(a4, b0, b1);
    }

    /// <summary>Four states with AVX2.</summary>
    private readonly struct Four : IVector<Vector256<ulong>>
    {
        public static Vector256<ulong> Repeat(ulong value) => Vector256.Create(value);
        public static Vector256<ulong> Xor(Vector256<ulong> a, Vector256<ulong> b) => a ^ b;
        public static Vector256<ulong> Xor3(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) => a ^ b ^ c;

        public static Vector256<ulong> RotateLeft(Vector256<ulong> a, [ConstantExpected] byte count) =>
            (a << count) | (a >>> (64 - count));

        public static Vector256<ulong> Chi(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
            a ^ Avx2.AndNot(b, c);

        public static unsafe void Absorb(Vector256<ulong>* state, ulong* keep, byte** blocks)
        {
            var mask = Vector256.Load(keep);
            byte* b0 = blocks[0], b1 = blocks[1], b2 = blocks[2], b3 = blocks[3];
            for (int i = 0; i < RateLanes; i++)
                state[i] = (state[i] & mask) ^ Vector256.Create(Word(b0, i), Word(b1, i), Word(b2, i), Word(b3, i));
            for (int i = RateLanes; i < Lanes; i++) state[i] &= mask;
        }
    }

    /// <summary>Eight states with AVX-512, whose rotations and three-operand logic halve the instructions.</summary>
    private readonly struct Eight : IVector<Vector512<ulong>>
    {
        public static Vector512<ulong> Repeat(ulong value) => Vector512.Create(value);
        public static Vector512<ulong> Xor(Vector512<ulong> a, Vector512<ulong> b) => a ^ b;

        public static Vector512<ulong> Xor3(Vector512<ulong> a, Vector512<ulong> b, Vector512<ulong> c) =>
            Avx512F.TernaryLogic(a, b, c, 0x96);

        public static Vector512<ulong> RotateLeft(Vector512<ulong> a, [ConstantExpected] byte count) =>
            Avx512F.RotateLeft(a, count);

        public static Vector512<ulong> Chi(Vector512<ulong> a, Vector512<ulong> b, Vector512<ulong> c) =>
            Avx512F.TernaryLogic(a, b, c, 0xd2);

        public static unsafe void Absorb(Vector512<ulong>* state, ulong* keep, byte** blocks)
        {
            var mask = Vector512.Load(keep);
            byte* b0 = blocks[0], b1 = blocks[1], b2 = blocks[2], b3 = blocks[3];
            byte* b4 = blocks[4], b5 = blocks[5], b6 = blocks[6], b7 = blocks[7];
            for (int i = 0; i < RateLanes; i++)
            {
                var words = Vector512.Create(
                    Word(b0, i), Word(b1, i), Word(b2, i), Word(b3, i),
                    Word(b4, i), Word(b5, i), Word(b6, i), Word(b7, i));
                state[i] = (state[i] & mask) ^ words;
            }
            for (int i = RateLanes; i < Lanes; i++) state[i] &= mask;
        }
    }
}
