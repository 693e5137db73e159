using Weft.Evm.Analysis;
using Weft.Primitives;

namespace Weft.Evm.Interpreter;

/// <summary>
/// A running message call. Pooled by its machine, one per depth, touched by that machine's thread only. The pointers
/// lead into the machine's arenas and into the program's memory, all of which outlive the frame's run.
/// </summary>
internal sealed unsafe class Frame(VirtualMachine machine, int depth)
{
    // What every block and memory access reads comes first.

    /// <summary>One below the first word: equal to the stack pointer when the stack is empty.</summary>
    public UInt256* StackBottom;

    public byte* Memory;

    /// <summary>Bytes, a multiple of 32.</summary>
    public ulong MemorySize;

    public IHost Host = null!;
    public readonly VirtualMachine Machine = machine;
    public ForkRules Rules = null!;
    public InstructionStream Program = null!;

    // Where to go on; written when the frame is left, read when it is resumed.
    public Instruction* Ip;
    public UInt256* Sp;
    public long Gas;

    /// <summary>Earned so far by this frame and its successful children; may be negative (EIP-1283).</summary>
    public long Refund;

    // The message.
    public Address Recipient;
    public Address Caller;
    public UInt256 Value;
    public byte* Input;
    public int InputLength;
    public Bytecode Code = null!;
    public MessageKind Kind;
    public bool IsStatic;

    /// <summary>0 for the outermost frame.</summary>
    public readonly int Depth = depth;

    /// <summary>Length of what the last call returned; the bytes are the machine's.</summary>
    public int ReturnDataLength;

    /// <summary>What RETURN and REVERT give, in this frame's memory.</summary>
    public ulong OutputOffset;
    public int OutputLength;

    /// <summary>The host's state to go back to.</summary>
    public int Checkpoint;

    /// <summary>Where this frame's memory starts in the arena.</summary>
    public ulong MemoryOffset;

    /// <summary>Where the input starts in the arena.</summary>
    public ulong InputOffset;

    /// <summary>Where in the caller's memory the output goes, and how much of it at most.</summary>
    public ulong CallerOutputOffset;
    public int CallerOutputLength;

    public bool IsCreate => Kind >= MessageKind.Create;

    public ReadOnlySpan<byte> InputSpan => new(Input, InputLength);
}
