using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Weft.State.Trie;

/// <summary>Memory for a number of values that grows and stays for the next use. Safe as long as nobody keeps the
/// pointer over the next <see cref="Take"/> or <see cref="Dispose"/>.</summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable where T : unmanaged
{
    private T* _values;
    private int _capacity;

    public T* Values => _values;

    /// <summary>Room for <paramref name="count"/> values with nothing in particular in them; what was there is
    /// lost.</summary>
    public T* Take(int count)
    {
        Debug.Assert(count >= 0, "a number of values");
        if (count <= _capacity) return _values;
        int capacity = Math.Max(count, Math.Min(2 * _capacity, 1 << 24));
        NativeMemory.Free(_values);
        _values = null;
        _capacity = 0;
        _values = (T*)NativeMemory.Alloc((nuint)capacity, (nuint)sizeof(T));
        _capacity = capacity;
        return _values;
    }

    public void Dispose()
    {
        NativeMemory.Free(_values);
        _values = null;
        _capacity = 0;
    }
}
