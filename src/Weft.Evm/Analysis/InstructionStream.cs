using System.Runtime.InteropServices;
using Weft.Evm.Interpreter;
using Weft.Primitives;

namespace Weft.Evm.Analysis;

/// <summary>
/// Code translated for one fork: basic blocks of handlers. Shared by threads; immutable but for the
/// <see cref="StreamBuilder"/> that fills it. Constants, cells and jump targets lie in one block of native memory, so
/// the addresses in the cells hold as long as this object is reachable; every frame that runs it references it. Pinned
/// arrays would be simpler, but the collector looks for a place for each of them in a list of all the gaps that dead
/// ones left, under one lock: among a hundred thousand codes that took longer than all the rest.
/// </summary>
internal sealed unsafe class InstructionStream
{
    private readonly void* _memory;
    private readonly long _size;
    private readonly int _cellCount;

    /// <summary>With nothing in particular in it.</summary>
    internal InstructionStream(Fork fork, int cells, int constants, int codeLength)
    {
        (Fork, _cellCount, CodeLength) = (fork, cells, (ulong)codeLength);
        _size = ((long)constants * sizeof(UInt256)) + ((long)cells * sizeof(Instruction)) + (4L * codeLength);
        // Safe: the three parts are as large as was asked for, sizes that code of bounded length gives, and the larger
        // units come first, so that each part is aligned.
        _memory = NativeMemory.Alloc((nuint)_size);
        Constants = (UInt256*)_memory;
        Start = (Instruction*)(Constants + constants);
        Jumpdests = codeLength == 0 ? null : (int*)(Start + cells);
        // The collector frees it, and only knows of the object.
        GC.AddMemoryPressure(_size);
    }

    ~InstructionStream()
    {
        NativeMemory.Free(_memory);
        GC.RemoveMemoryPressure(_size);
    }

    public Fork Fork { get; }

    /// <summary>The cell that opens the first block.</summary>
    public Instruction* Start { get; }

    /// <summary>For each byte of code the cell that opens the block of the JUMPDEST there, or -1.</summary>
    public readonly int* Jumpdests;

    public readonly ulong CodeLength;

    internal UInt256* Constants { get; }

    /// <summary>Valid as long as the stream is reachable.</summary>
    internal ReadOnlySpan<Instruction> Cells => new(Start, _cellCount);
}
