using Weft.Execution;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Import;

/// <summary>Why an import ended.</summary>
public enum ImportEnd : byte
{
    /// <summary>All blocks of the file are in the database.</summary>
    Complete,

    /// <summary>A block breaks a rule; those before it are in the database.</summary>
    InvalidBlock,

    /// <summary>A block is none, or belongs to another chain, or its parent is missing.</summary>
    Unusable,

    /// <summary>Asked to stop, between two blocks.</summary>
    Cancelled,
}

/// <summary>How the import of a file ended: for other than <see cref="ImportEnd.Complete"/> the place, the reason in a
/// sentence and, where a block was decoded, its header and what its execution came to.</summary>
public sealed record ImportOutcome(
    ImportEnd End, string Place = "", string Reason = "", BlockHeader? Header = null, BlockResult? Result = null);
