using Weft.Execution;
using Weft.Primitives.Blocks;

namespace Weft.Chain;

/// <summary>What became of a block.</summary>
public enum ImportStatus : byte
{
    /// <summary>It is the head now, and builds on the one before.</summary>
    Extended,

    /// <summary>It is the head now, and blocks that were canonical are not any more.</summary>
    Reorganised,

    /// <summary>Valid, and kept beside the canonical chain.</summary>
    SideChain,

    /// <summary>It was there already.</summary>
    Known,

    /// <summary>It breaks a rule; nothing of it was kept.</summary>
    Invalid,

    /// <summary>Its parent is not there, or the parent's state is older than what undo records reach.</summary>
    UnknownParent,
}

/// <summary>With <see cref="ImportStatus.Invalid"/>, <see cref="Result"/> has the reason.</summary>
public sealed record ImportResult(ImportStatus Status, BlockHeader Header, BlockResult Result);
