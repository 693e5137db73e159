using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft.Primitives;

// Keccak-f[1600] of one state (FIPS 202, section 3.3). Lane (x, y) is word 5y + x.
public static partial class Keccak
{
    private const int Lanes = 25;
    private const int Rounds = 24;

    /// <summary>The round constants of ι.</summary>
    private static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
        0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
        0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
        0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
        0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>All rounds. Safe: the state has 25 words, as has the buffer that every second round writes.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Permute(ulong* state)
    {
        ulong* other = stackalloc ulong[Lanes];
        ref ulong constants = ref MemoryMarshal.GetReference(RoundConstants);
        for (int i = 0; i < Rounds; i += 2)
        {
            Round(state, other, Unsafe.Add(ref constants, i));
            Round(other, state, Unsafe.Add(ref constants, i + 1));
        }
    }

    // 25 lanes do not fit the registers. Reading each from memory as an operand and writing the new state to a second
    // buffer takes fewer instructions than moving lanes in place, whose spills the JIT adds (measured: 223 to 280 ns).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Round(ulong* a, ulong* e, ulong constant)
    {
        // θ
        ulong c0 = Parity(a, 0), c1 = Parity(a, 1), c2 = Parity(a, 2), c3 = Parity(a, 3), c4 = Parity(a, 4);
        ulong d0 = c4 ^ BitOperations.RotateLeft(c1, 1), d1 = c0 ^ BitOperations.RotateLeft(c2, 1);
        ulong d2 = c1 ^ BitOperations.RotateLeft(c3, 1), d3 = c2 ^ BitOperations.RotateLeft(c4, 1);
        ulong d4 = c3 ^ BitOperations.RotateLeft(c0, 1);

        // The rest of θ, ρ and π into one row of the new state; χ along the row.
        Row(e, 0, a[0] ^ d0, Turn(a[6], d1, 44), Turn(a[12], d2, 43),
            Turn(a[18], d3, 21), Turn(a[24], d4, 14), constant);
        Row(e, 5, Turn(a[3], d3, 28), Turn(a[9], d4, 20), Turn(a[10], d0, 3),
            Turn(a[16], d1, 45), Turn(a[22], d2, 61));
        Row(e, 10, Turn(a[1], d1, 1), Turn(a[7], d2, 6), Turn(a[13], d3, 25),
            Turn(a[19], d4, 8), Turn(a[20], d0, 18));
        Row(e, 15, Turn(a[4], d4, 27), Turn(a[5], d0, 36), Turn(a[11], d1, 10),
            Turn(a[17], d2, 15), Turn(a[23], d3, 56));
        Row(e, 20, Turn(a[2], d2, 62), Turn(a[8], d3, 55), Turn(a[14], d4, 39),
            Turn(a[15], d0, 41), Turn(a[21], d1, 2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe ulong Parity(ulong* a, int x) => a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Turn(ulong lane, ulong d, int count) => BitOperations.RotateLeft(lane ^ d, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Row(
        ulong* e, int start, ulong b0, ulong b1, ulong b2, ulong b3, ulong b4, ulong constant = 0)
    {
        e[start] = b0 ^ (~b1 & b2) ^ constant;
        e[start + 1] = b1 ^ (~b2 & b3);
        e[start + 2] = b2 ^ (~b3 & b4);
        e[start + 3] = b3 ^ (~b4 & b0);
        e[start + 4] = b4 ^ (~b0 & b1);
    }
}
