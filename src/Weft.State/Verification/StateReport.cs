using Weft.Primitives;

namespace Weft.State.Verification;

/// <summary>What <see cref="StateVerifier"/> found: the root of the flat state, what it counted, and what is wrong, the
/// first of it in sentences.</summary>
public sealed class StateReport : VerificationReport
{
    public Hash256 Root { get; internal set; }

    public long Accounts { get; internal set; }

    public long Slots { get; internal set; }

    public long Codes { get; internal set; }

    /// <summary>Node records that say what the flat state says.</summary>
    public long Nodes { get; internal set; }

    /// <summary>How often the accounts were read to keep memory bounded.</summary>
    public int Passes { get; internal set; }
}
