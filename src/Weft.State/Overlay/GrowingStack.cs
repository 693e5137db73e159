using System.Runtime.CompilerServices;

namespace Weft.State.Overlay;

/// <summary>
/// A stack in an array that is kept when it is emptied, so that the next transaction pushes without allocating.
/// A mutable struct: keep it in a field that is not read-only.
/// </summary>
internal struct GrowingStack<T>(int capacity) where T : struct
{
    private T[] _items = new T[capacity];

    public int Count { get; private set; }

    public readonly ReadOnlySpan<T> Items => _items.AsSpan(0, Count);

    /// <summary>Valid until the next push.</summary>
    public readonly ref T this[int index] => ref _items[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Push(in T item)
    {
        var items = _items;
        int count = Count;
        if ((uint)count >= (uint)items.Length) items = Grow();
        items[count] = item;
        Count = count + 1;
    }

    /// <summary>Pushes an item that the caller fills: it may hold what an earlier one left. Valid until the next push.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Push()
    {
        var items = _items;
        int count = Count;
        if ((uint)count >= (uint)items.Length) items = Grow();
        Count = count + 1;
        return ref items[count];
    }

    /// <summary>The item taken off, in place: valid until the next push.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly T Pop() => ref _items[--Count];

    public void Clear()
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) Array.Clear(_items, 0, Count);
        Count = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private T[] Grow()
    {
        _items = _items.Doubled();
        return _items;
    }
}
