using Weft.Evm.Interpreter;
using Weft.Primitives;

namespace Weft.Evm.Analysis;

/// <summary>
/// Code translated for one fork: basic blocks of handlers. Immutable, shared by threads. The arrays are pinned, so the
/// addresses in the cells hold as long as this object is reachable; every frame that runs it references it.
/// </summary>
internal sealed unsafe class InstructionStream
{
    private readonly Instruction[] _cells;
    private readonly UInt256[] _constants;
    private readonly int[] _cellOfJumpdest;

    internal InstructionStream(Fork fork, Instruction[] cells, UInt256[] constants, int[] cellOfJumpdest)
    {
        (Fork, _cells, _constants, _cellOfJumpdest) = (fork, cells, constants, cellOfJumpdest);
        Start = Address(cells);
        Jumpdests = cellOfJumpdest.Length == 0 ? null : Address(cellOfJumpdest);
        CodeLength = (ulong)cellOfJumpdest.Length;
    }

    public Fork Fork { get; }

    /// <summary>The cell that opens the first block.</summary>
    public Instruction* Start { get; }

    /// <summary>For each byte of code the cell that opens the block of the JUMPDEST there, or -1.</summary>
    public readonly int* Jumpdests;

    public readonly ulong CodeLength;

    /// <summary>Bytes held, for the bound of the cache.</summary>
    public long Size => 16L * _cells.Length + 32L * _constants.Length + 4L * _cellOfJumpdest.Length;

    internal ReadOnlySpan<Instruction> Cells => _cells;

    /// <summary>Safe because the array is pinned for its whole life.</summary>
    internal static T* Address<T>(T[] pinned) where T : unmanaged =>
        (T*)System.Runtime.CompilerServices.Unsafe.AsPointer(
            ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(pinned));
}
