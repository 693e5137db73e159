using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Weft.Primitives;

namespace Weft.Evm.Instructions;

/// <summary>
/// Writing stack words limb by limb: all stack traffic is in 8-byte accesses, since a 32-byte load after 8-byte stores
/// waits for the store buffer.
/// </summary>
internal static unsafe class Word
{
    /// <summary>Safe: <see cref="UInt256"/> is four ulongs in order, and the reference covers all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(out UInt256 r, ulong u0, ulong u1 = 0, ulong u2 = 0, ulong u3 = 0)
    {
        Unsafe.SkipInit(out r);
        ref ulong limb = ref Unsafe.As<UInt256, ulong>(ref r);
        limb = u0;
        Unsafe.Add(ref limb, 1) = u1;
        Unsafe.Add(ref limb, 2) = u2;
        Unsafe.Add(ref limb, 3) = u3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(out UInt256 r, bool value) => Set(out r, value ? 1ul : 0ul);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(UInt256* from, UInt256* to) => Set(out *to, from->U0, from->U1, from->U2, from->U3);

    /// <summary>The 32 bytes at <paramref name="source"/>, most significant first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* source, UInt256* to)
    {
        var limbs = (ulong*)source;
        Set(out *to, Big(limbs[3]), Big(limbs[2]), Big(limbs[1]), Big(limbs[0]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(UInt256* from, byte* destination)
    {
        ulong u0 = from->U0, u1 = from->U1, u2 = from->U2, u3 = from->U3;
        var limbs = (ulong*)destination;
        limbs[0] = Big(u3);
        limbs[1] = Big(u2);
        limbs[2] = Big(u1);
        limbs[3] = Big(u0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Big(ulong limb) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(limb) : limb;
}
