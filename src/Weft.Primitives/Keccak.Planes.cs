using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Plane = System.Runtime.Intrinsics.Vector512<ulong>;

namespace Weft.Primitives;

// Keccak-f[1600] of one state in five AVX-512 registers of five lanes each.
//
// Lane l of register r holds A[x, y], and x depends on l alone: θ then adds registers up and never looks across.
// π moves A[x, y] to X = y, Y = 2x + 3y, so the neighbours A'[X + 1, Y] and A'[X + 2, Y] that χ needs come from
// (x + 1, y + 1) and (x + 2, y + 2). With y = αr + βx and β not 0 (all modulo 5) these are two whole registers again,
// turned by some lanes. One permutation of the lanes for each operand of χ is therefore all that π costs, nothing is
// transposed, and the new state is of the same form with other α and β: beginning with β = 3 it goes on with 2, 4, 1
// and 0, four rounds in all. β = 0 are plain planes, which fifteen selections bring back to β = 3. Lanes are numbered
// by a multiple of x, chosen anew in each round so that its permutations are rotations; in the fourth they mirror as
// well, and the multiple is 1 again. Lanes 5 to 7 hold rubbish that stays where it is.
public static partial class Keccak
{
    /// <summary>The rotations of ρ: for each of four rounds, the lanes l of the registers r from 0 to 4.</summary>
    private static ReadOnlySpan<ulong> Rotations =>
    [
        // x = l, y = r + 3x
        0, 45, 6, 56, 39, 0, 0, 0,
        36, 2, 43, 28, 8, 0, 0, 0,
        3, 1, 15, 55, 14, 0, 0, 0,
        41, 44, 61, 25, 27, 0, 0, 0,
        18, 10, 62, 21, 20, 0, 0, 0,
        // x = 3l, y = r + 2x
        0, 55, 10, 8, 61, 0, 0, 0,
        36, 25, 45, 14, 62, 0, 0, 0,
        3, 21, 2, 27, 6, 0, 0, 0,
        41, 56, 1, 20, 43, 0, 0, 0,
        18, 28, 44, 39, 15, 0, 0, 0,
        // x = l, y = 4r + 4x
        0, 2, 15, 25, 20, 0, 0, 0,
        18, 45, 43, 55, 27, 0, 0, 0,
        41, 10, 6, 28, 14, 0, 0, 0,
        3, 44, 62, 56, 8, 0, 0, 0,
        36, 1, 61, 21, 39, 0, 0, 0,
        // x = 4l, y = 3r + x
        0, 14, 21, 43, 44, 0, 0, 0,
        41, 39, 55, 62, 2, 0, 0, 0,
        36, 27, 56, 15, 10, 0, 0, 0,
        18, 8, 25, 6, 1, 0, 0, 0,
        3, 20, 28, 61, 45, 0, 0, 0,
    ];

    // Safe: no more than length bytes are read from data.
    [SkipLocalsInit]
    private static unsafe void HashPlanes(
        byte* data, int length, out ulong w0, out ulong w1, out ulong w2, out ulong w3)
    {
        Planes state = default;
        for (; length >= Rate; data += Rate, length -= Rate)
        {
            Absorb(ref state, data);
            Permute(ref state);
        }
        if (length == 32) Absorb32(ref state, data);
        else if (length == 64) Absorb64(ref state, data);
        else AbsorbLast(ref state, length == 0 ? (byte*)Unsafe.AsPointer(ref state) : data, length);
        Permute(ref state);
        ref ulong words = ref Unsafe.As<Planes, ulong>(ref state);
        (w0, w1) = (words, Unsafe.Add(ref words, 1));
        (w2, w3) = (Unsafe.Add(ref words, 2), Unsafe.Add(ref words, 3));
    }

    /// <summary>Plane y holds the lanes A[x, y] in its elements 0 to 4.</summary>
    private struct Planes
    {
        public Plane P0, P1, P2, P3, P4;
    }

    // Words 0 to 16 of a block; the third load stops at its end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Absorb(ref Planes state, byte* block) => Absorb(
        ref state,
        Vector512.Load((ulong*)block), Vector512.Load((ulong*)(block + 40)), Vector512.Load((ulong*)(block + 72)));

    // The rest of the message, shorter than a block, with its padding. It is put together in registers: a vector load
    // from what has just been written in smaller pieces would have to wait for them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void AbsorbLast(ref Planes state, byte* rest, int length) => Absorb(
        ref state, LoadPadded(rest, length), LoadPadded(rest + 40, length - 40),
        LoadPadded(rest + 72, length - 72) ^ Vector512.Create(0, 0, 0, 0, 0, 0, 0, LastBit));

    // One word and two are what contracts hash most.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Absorb32(ref Planes state, byte* data)
    {
        state.P0 ^= Vector512.Create(Vector256.Load((ulong*)data), Vector256.CreateScalar(1ul));
        state.P3 ^= Vector512.Create(0, LastBit, 0, 0, 0, 0, 0, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Absorb64(ref Planes state, byte* data)
    {
        var words = Vector512.Load((ulong*)data);
        state.P0 ^= words;
        state.P1 ^= Avx512F.PermuteVar8x64x2(
            words, Vector512.Create(5ul, 6, 7, 8, 9, 9, 9, 9), Vector512.CreateScalar(1ul));
        state.P3 ^= Vector512.Create(0, LastBit, 0, 0, 0, 0, 0, 0);
    }

    // 64 bytes, of which those from length on are a one and zeros. Safe: masked bytes are not read.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Plane LoadPadded(byte* bytes, int length)
    {
        var end = Vector512.Create((sbyte)Math.Min(length, 64));
        var message = Avx512BW.MaskLoad(
            (sbyte*)bytes, Vector512.LessThan(Vector512<sbyte>.Indices, end), Vector512<sbyte>.Zero);
        var padding = Vector512.Equals(Vector512<sbyte>.Indices, end) & Vector512<sbyte>.One;
        return (message | padding).AsUInt64();
    }

    // Words 0 to 7, 5 to 12 and 9 to 16 of a block.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Absorb(ref Planes state, Plane lower, Plane middle, Plane upper)
    {
        state.P0 ^= lower;
        state.P1 ^= middle;
        state.P2 ^= Pick(upper, Vector512.Create(1ul, 2, 3, 4, 5, 0, 0, 0));
        state.P3 ^= Avx512F.PermuteVar8x64x2(upper, Vector512.Create(6ul, 7, 8, 8, 8, 8, 8, 8), Plane.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Permute(ref Planes state)
    {
        var turn1 = Vector512.Create(1ul, 2, 3, 4, 0, 5, 6, 7);
        var turn2 = Vector512.Create(2ul, 3, 4, 0, 1, 5, 6, 7);
        var turn3 = Vector512.Create(3ul, 4, 0, 1, 2, 5, 6, 7);
        var turn4 = Vector512.Create(4ul, 0, 1, 2, 3, 5, 6, 7);
        var mirror0 = Vector512.Create(0ul, 4, 3, 2, 1, 5, 6, 7);
        var mirror1 = Vector512.Create(1ul, 0, 4, 3, 2, 5, 6, 7);
        var mirror2 = Vector512.Create(2ul, 1, 0, 4, 3, 5, 6, 7);
        var mirror3 = Vector512.Create(3ul, 2, 1, 0, 4, 5, 6, 7);
        var mirror4 = Vector512.Create(4ul, 3, 2, 1, 0, 5, 6, 7);
        ref ulong rho = ref MemoryMarshal.GetReference(Rotations);
        ref ulong constants = ref MemoryMarshal.GetReference(RoundConstants);

        // Four rounds leave plane y in register -y, and so it is loaded.
        Plane a0 = state.P0, a4 = state.P1, a3 = state.P2, a2 = state.P3, a1 = state.P4;
        for (int i = 0; i < Rounds; i += 4)
        {
            var c = Parity(a0, a1, a2, a3, a4);
            Skew(ref a0, ref a1, ref a2, ref a3, ref a4);
            Theta(ref a0, ref a1, ref a2, ref a3, ref a4, c, turn4, turn1, ref Unsafe.Add(ref rho, 0));
            var b0 = Chi(a0, Pick(a3, turn1), Pick(a1, turn2));
            var b1 = Chi(Pick(a1, turn3), Pick(a4, turn4), a2);
            var b2 = Chi(Pick(a2, turn1), Pick(a0, turn2), Pick(a3, turn3));
            var b3 = Chi(Pick(a3, turn4), a1, Pick(a4, turn1));
            var b4 = Chi(Pick(a4, turn2), Pick(a2, turn3), Pick(a0, turn4));
            a0 = b0 ^ Vector512.CreateScalar(Unsafe.Add(ref constants, i));
            (a1, a2, a3, a4) = (b1, b2, b3, b4);

            c = Parity(a0, a1, a2, a3, a4);
            Theta(ref a0, ref a1, ref a2, ref a3, ref a4, c, turn3, turn2, ref Unsafe.Add(ref rho, 40));
            b0 = Chi(a0, Pick(a4, turn2), Pick(a3, turn4));
            b1 = Chi(Pick(a1, turn4), Pick(a0, turn1), Pick(a4, turn3));
            b2 = Chi(Pick(a2, turn3), a1, Pick(a0, turn2));
            b3 = Chi(Pick(a3, turn2), Pick(a2, turn4), Pick(a1, turn1));
            b4 = Chi(Pick(a4, turn1), Pick(a3, turn3), a2);
            a0 = b0 ^ Vector512.CreateScalar(Unsafe.Add(ref constants, i + 1));
            (a1, a2, a3, a4) = (b1, b2, b3, b4);

            c = Parity(a0, a1, a2, a3, a4);
            Theta(ref a0, ref a1, ref a2, ref a3, ref a4, c, turn4, turn1, ref Unsafe.Add(ref rho, 80));
            b0 = Chi(a0, Pick(a3, turn1), Pick(a1, turn2));
            b1 = Chi(Pick(a1, turn4), a4, Pick(a2, turn1));
            b2 = Chi(Pick(a2, turn3), Pick(a0, turn4), a3);
            b3 = Chi(Pick(a3, turn2), Pick(a1, turn3), Pick(a4, turn4));
            b4 = Chi(Pick(a4, turn1), Pick(a2, turn2), Pick(a0, turn3));
            a0 = b0 ^ Vector512.CreateScalar(Unsafe.Add(ref constants, i + 2));
            (a1, a2, a3, a4) = (b1, b2, b3, b4);

            c = Parity(a0, a1, a2, a3, a4);
            Theta(ref a0, ref a1, ref a2, ref a3, ref a4, c, turn1, turn4, ref Unsafe.Add(ref rho, 120));
            b0 = Chi(Pick(a0, mirror0), Pick(a0, mirror4), Pick(a0, mirror3));
            b1 = Chi(Pick(a1, mirror3), Pick(a1, mirror2), Pick(a1, mirror1));
            b2 = Chi(Pick(a2, mirror1), Pick(a2, mirror0), Pick(a2, mirror4));
            b3 = Chi(Pick(a3, mirror4), Pick(a3, mirror3), Pick(a3, mirror2));
            b4 = Chi(Pick(a4, mirror2), Pick(a4, mirror1), Pick(a4, mirror0));
            a0 = b0 ^ Vector512.CreateScalar(Unsafe.Add(ref constants, i + 3));
            (a1, a2, a3, a4) = (b1, b2, b3, b4);
        }

        (state.P0, state.P1, state.P2, state.P3, state.P4) = (a0, a4, a3, a2, a1);
    }

    // From y = -r to y = r + 3x: lane x of register r comes from plane r + 3x, that is 0, 3, 1, 4, 2 planes further on
    // for x from 0 to 4. Three steps, of one, two and four planes, move each lane by its number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Skew(ref Plane a0, ref Plane a1, ref Plane a2, ref Plane a3, ref Plane a4)
    {
        const ulong All = ulong.MaxValue;
        Plane p0 = a0, p1 = a4, p2 = a3, p3 = a2, p4 = a1;
        Shift(Vector512.Create(0, All, All, 0, 0, 0, 0, 0), ref p0, ref p1, ref p2, ref p3, ref p4);
        Shift(Vector512.Create(0, All, 0, 0, All, 0, 0, 0), ref p0, ref p2, ref p4, ref p1, ref p3);
        Shift(Vector512.Create(0, 0, 0, All, 0, 0, 0, 0), ref p0, ref p4, ref p3, ref p2, ref p1);
        (a0, a1, a2, a3, a4) = (p0, p1, p2, p3, p4);
    }

    // In the lanes of the mask each register takes over from the next.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Shift(Plane mask, ref Plane a, ref Plane b, ref Plane c, ref Plane d, ref Plane e)
    {
        var first = a;
        a = Vector512.ConditionalSelect(mask, b, a);
        b = Vector512.ConditionalSelect(mask, c, b);
        c = Vector512.ConditionalSelect(mask, d, c);
        d = Vector512.ConditionalSelect(mask, e, d);
        e = Vector512.ConditionalSelect(mask, first, e);
    }

    // θ and ρ. left brings C[x - 1] to the lane of x, right C[x + 1].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Theta(
        ref Plane a0, ref Plane a1, ref Plane a2, ref Plane a3, ref Plane a4,
        Plane parity, Plane left, Plane right, ref ulong rho)
    {
        var c = Pick(parity, left);
        var d = Eight.RotateLeft(Pick(parity, right), 1);
        a0 = Avx512F.RotateLeftVariable(Eight.Xor3(a0, c, d), Vector512.LoadUnsafe(ref rho));
        a1 = Avx512F.RotateLeftVariable(Eight.Xor3(a1, c, d), Vector512.LoadUnsafe(ref rho, 8));
        a2 = Avx512F.RotateLeftVariable(Eight.Xor3(a2, c, d), Vector512.LoadUnsafe(ref rho, 16));
        a3 = Avx512F.RotateLeftVariable(Eight.Xor3(a3, c, d), Vector512.LoadUnsafe(ref rho, 24));
        a4 = Avx512F.RotateLeftVariable(Eight.Xor3(a4, c, d), Vector512.LoadUnsafe(ref rho, 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Plane Parity(Plane a0, Plane a1, Plane a2, Plane a3, Plane a4) =>
        Eight.Xor3(Eight.Xor3(a0, a1, a2), a3, a4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Plane Chi(Plane a, Plane b, Plane c) => Eight.Chi(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Plane Pick(Plane plane, Plane from) => Avx512F.PermuteVar8x64(plane, from);
}
