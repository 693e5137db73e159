using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft.Evm.Precompiles.Native;

/// <summary>An element of blst's 381-bit field in its Montgomery form.</summary>
[InlineArray(6)]
internal struct BlsFp
{
    private ulong _limb;
}

internal struct BlsFp2
{
    public BlsFp C0, C1;
}

[InlineArray(3)]
internal struct BlsFp6
{
    private BlsFp2 _coefficient;
}

[InlineArray(2)]
internal struct BlsFp12
{
    private BlsFp6 _coefficient;
}

/// <summary>A scalar as 32 little-endian bytes.</summary>
[InlineArray(4)]
internal struct BlsScalar
{
    private ulong _limb;
}

/// <summary>A point of the curve over Fp; all zero for infinity.</summary>
internal struct BlsP1Affine
{
    public BlsFp X, Y;
}

internal struct BlsP1
{
    public BlsFp X, Y, Z;
}

/// <summary>A point of the twist over Fp2; all zero for infinity.</summary>
internal struct BlsP2Affine
{
    public BlsFp2 X, Y;
}

internal struct BlsP2
{
    public BlsFp2 X, Y, Z;
}

/// <summary>
/// The functions of blst that the precompiles use. They write exactly the structures above, keep no pointer after they
/// return and have no state. References are pinned for the duration of a call by the generated code, which also clears
/// what is passed as `out`: a result must not be an operand as well.
/// </summary>
internal static unsafe partial class Blst
{
    static Blst() => NativeLibraries.Register();

    private const string Library = NativeLibraries.Kzg;

    // ---- Fields ----

    [LibraryImport(Library, EntryPoint = "blst_fp_from_bendian")]
    internal static partial void FpFromBigEndian(out BlsFp result, in byte bytes48);

    [LibraryImport(Library, EntryPoint = "blst_bendian_from_fp")]
    internal static partial void BigEndianFromFp(out byte bytes48, in BlsFp a);

    /// <summary>Reduces modulo the group order.</summary>
    [LibraryImport(Library, EntryPoint = "blst_scalar_from_be_bytes")]
    internal static partial byte ScalarFromBigEndian(out BlsScalar result, in byte bytes, nuint length);

    // ---- G1 ----

    [LibraryImport(Library, EntryPoint = "blst_p1_affine_on_curve")]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool P1OnCurve(in BlsP1Affine p);

    [LibraryImport(Library, EntryPoint = "blst_p1_affine_in_g1")]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool P1InG1(in BlsP1Affine p);

    /// <summary>0 when the point has a valid encoding and lies on the curve.</summary>
    [LibraryImport(Library, EntryPoint = "blst_p1_uncompress")]
    internal static partial int P1Uncompress(out BlsP1Affine result, in byte bytes48);

    [LibraryImport(Library, EntryPoint = "blst_p1_from_affine")]
    internal static partial void P1FromAffine(out BlsP1 result, in BlsP1Affine p);

    [LibraryImport(Library, EntryPoint = "blst_p1_to_affine")]
    internal static partial void P1ToAffine(out BlsP1Affine result, in BlsP1 p);

    [LibraryImport(Library, EntryPoint = "blst_p1_add_or_double")]
    internal static partial void P1Add(out BlsP1 result, in BlsP1 a, in BlsP1 b);

    [LibraryImport(Library, EntryPoint = "blst_p1_add_or_double_affine")]
    internal static partial void P1AddAffine(out BlsP1 result, in BlsP1 a, in BlsP1Affine b);

    [LibraryImport(Library, EntryPoint = "blst_p1_cneg")]
    internal static partial void P1Negate(ref BlsP1 p, [MarshalAs(UnmanagedType.U1)] bool condition);

    [LibraryImport(Library, EntryPoint = "blst_p1_generator")]
    internal static partial BlsP1* P1Generator();

    [LibraryImport(Library, EntryPoint = "blst_p1_mult")]
    internal static partial void P1Multiply(out BlsP1 result, in BlsP1 p, in BlsScalar scalar, nuint bits);

    [LibraryImport(Library, EntryPoint = "blst_p1s_mult_pippenger_scratch_sizeof")]
    internal static partial nuint P1PippengerScratch(nuint count);

    /// <summary>The two arrays of pointers end with null: what follows is contiguous.</summary>
    [LibraryImport(Library, EntryPoint = "blst_p1s_mult_pippenger")]
    internal static partial void P1Pippenger(out BlsP1 result, BlsP1Affine** points, nuint count, BlsScalar** scalars,
        nuint bits, ref ulong scratch);

    [LibraryImport(Library, EntryPoint = "blst_map_to_g1")]
    internal static partial void MapToG1(out BlsP1 result, in BlsFp u, void* none);

    // ---- G2 ----

    [LibraryImport(Library, EntryPoint = "blst_p2_affine_on_curve")]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool P2OnCurve(in BlsP2Affine p);

    [LibraryImport(Library, EntryPoint = "blst_p2_affine_in_g2")]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool P2InG2(in BlsP2Affine p);

    /// <summary>0 when the point has a valid encoding and lies on the twist.</summary>
    [LibraryImport(Library, EntryPoint = "blst_p2_uncompress")]
    internal static partial int P2Uncompress(out BlsP2Affine result, in byte bytes96);

    [LibraryImport(Library, EntryPoint = "blst_p2_from_affine")]
    internal static partial void P2FromAffine(out BlsP2 result, in BlsP2Affine p);

    [LibraryImport(Library, EntryPoint = "blst_p2_to_affine")]
    internal static partial void P2ToAffine(out BlsP2Affine result, in BlsP2 p);

    [LibraryImport(Library, EntryPoint = "blst_p2_add_or_double_affine")]
    internal static partial void P2AddAffine(out BlsP2 result, in BlsP2 a, in BlsP2Affine b);

    [LibraryImport(Library, EntryPoint = "blst_p2_affine_generator")]
    internal static partial BlsP2Affine* P2Generator();

    [LibraryImport(Library, EntryPoint = "blst_p2s_mult_pippenger_scratch_sizeof")]
    internal static partial nuint P2PippengerScratch(nuint count);

    /// <summary>See <see cref="P1Pippenger"/>.</summary>
    [LibraryImport(Library, EntryPoint = "blst_p2s_mult_pippenger")]
    internal static partial void P2Pippenger(out BlsP2 result, BlsP2Affine** points, nuint count, BlsScalar** scalars,
        nuint bits, ref ulong scratch);

    [LibraryImport(Library, EntryPoint = "blst_map_to_g2")]
    internal static partial void MapToG2(out BlsP2 result, in BlsFp2 u, void* none);

    // ---- Pairing ----

    /// <summary>The product of the Miller loops; no point may be infinity. Pointer arrays as in
    /// <see cref="P1Pippenger"/>.</summary>
    [LibraryImport(Library, EntryPoint = "blst_miller_loop_n")]
    internal static partial void MillerLoop(out BlsFp12 result, BlsP2Affine** qs, BlsP1Affine** ps, nuint count);

    /// <summary>Fills 68 lines.</summary>
    [LibraryImport(Library, EntryPoint = "blst_precompute_lines")]
    internal static partial void PrecomputeLines(ref BlsFp6 lines, in BlsP2Affine q);

    [LibraryImport(Library, EntryPoint = "blst_miller_loop_lines")]
    internal static partial void MillerLoopLines(out BlsFp12 result, in BlsFp6 lines, in BlsP1Affine p);

    [LibraryImport(Library, EntryPoint = "blst_fp12_mul")]
    internal static partial void Fp12Multiply(out BlsFp12 result, in BlsFp12 a, in BlsFp12 b);

    [LibraryImport(Library, EntryPoint = "blst_final_exp")]
    internal static partial void FinalExponentiation(out BlsFp12 result, in BlsFp12 f);

    [LibraryImport(Library, EntryPoint = "blst_fp12_is_one")]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool Fp12IsOne(in BlsFp12 a);

    /// <summary>True when both become equal by the final exponentiation.</summary>
    [LibraryImport(Library, EntryPoint = "blst_fp12_finalverify")]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool FinalVerify(in BlsFp12 a, in BlsFp12 b);
}
