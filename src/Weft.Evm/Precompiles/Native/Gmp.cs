using System.Runtime.InteropServices;

namespace Weft.Evm.Precompiles.Native;

/// <summary>The few functions of GMP that MODEXP needs. GMP ends the process when memory runs out or a divisor is
/// zero: callers bound sizes by gas and handle a zero modulus themselves.</summary>
internal static unsafe partial class Gmp
{
    static Gmp() => NativeLibraries.Register();

    /// <summary>mpz_t: limbs are little-endian, 64 bits each; a negative <see cref="Size"/> is a negative
    /// number.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Integer
    {
        public int Allocated;
        public int Size;
        public ulong* Limbs;
    }

    /// <summary>Makes a read-only number of existing limbs. Nothing is copied and nothing must be freed.</summary>
    [LibraryImport(NativeLibraries.Gmp, EntryPoint = "__gmpz_roinit_n")]
    [SuppressGCTransition]
    internal static partial Integer* View(Integer* number, ulong* limbs, long count);

    [LibraryImport(NativeLibraries.Gmp, EntryPoint = "__gmpz_init2")]
    internal static partial void Initialize(Integer* number, ulong bits);

    [LibraryImport(NativeLibraries.Gmp, EntryPoint = "__gmpz_clear")]
    internal static partial void Clear(Integer* number);

    /// <summary>result = b^e mod m, for e ≥ 0 and m ≠ 0, even or odd.</summary>
    [LibraryImport(NativeLibraries.Gmp, EntryPoint = "__gmpz_powm")]
    internal static partial void PowMod(Integer* result, Integer* b, Integer* e, Integer* m);
}
