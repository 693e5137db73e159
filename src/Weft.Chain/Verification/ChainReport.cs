using Weft.State.Verification;

namespace Weft.Chain.Verification;

/// <summary>What <see cref="ChainVerifier"/> counted and found wrong, the first of it in sentences.</summary>
public sealed class ChainReport : VerificationReport
{
    public long Blocks { get; internal set; }

    public long Transactions { get; internal set; }

    public long Logs { get; internal set; }

    /// <summary>Blocks below the head that can be undone.</summary>
    public long UndoRecords { get; internal set; }
}
