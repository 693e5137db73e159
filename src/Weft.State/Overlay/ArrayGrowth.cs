using System.Runtime.CompilerServices;

namespace Weft.State.Overlay;

internal static class ArrayGrowth
{
    /// <summary>A copy with room for twice as many. The new half is not zeroed: tables and stacks write before they
    /// read.</summary>
    public static T[] Doubled<T>(this T[] items) where T : struct
    {
        T[] larger = RuntimeHelpers.IsReferenceOrContainsReferences<T>()
            ? new T[2 * items.Length]
            : GC.AllocateUninitializedArray<T>(2 * items.Length);
        items.CopyTo(larger, 0);
        return larger;
    }
}
