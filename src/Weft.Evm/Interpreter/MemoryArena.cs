using System.Runtime.InteropServices;

namespace Weft.Evm.Interpreter;

/// <summary>
/// The memories of all frames of a machine, one behind the other, in one block that grows and may move. What it holds
/// is bounded by gas: memory costs by the square of its size. Not zeroed; owned by one machine.
/// </summary>
internal sealed unsafe class MemoryArena
{
    private const ulong InitialSize = 64 * 1024;

    /// <summary>More than this is given back after a message.</summary>
    private const ulong KeptSize = 64 * 1024 * 1024;

    private ulong _capacity = InitialSize;

    public byte* Base { get; private set; } = (byte*)NativeMemory.Alloc((nuint)InitialSize);

    public static ulong Align(ulong size) => (size + 31) & ~31ul;

    public void Reserve(ulong size)
    {
        if (size <= _capacity) return;
        _capacity = Math.Max(size, 2 * _capacity);
        Base = (byte*)NativeMemory.Realloc(Base, (nuint)_capacity);
    }

    public void Trim()
    {
        if (_capacity <= KeptSize) return;
        _capacity = KeptSize;
        Base = (byte*)NativeMemory.Realloc(Base, (nuint)_capacity);
    }

    public void Free()
    {
        NativeMemory.Free(Base);
        Base = null;
    }
}
