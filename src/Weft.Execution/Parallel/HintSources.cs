namespace Weft.Execution.Parallel;

/// <summary>Where hints come from that say which transaction another one had better wait for. What an aborted
/// incarnation has written is always taken into account: as estimates.</summary>
[Flags]
public enum HintSources
{
    None = 0,

    /// <summary>Transactions of one sender, by its nonce.</summary>
    Sender = 1,

    /// <summary>Calls of one contract, as far as experience says that its calls get in each other's way.</summary>
    Recipient = 2,

    /// <summary>Slots that the access lists of both declare (EIP-2930).</summary>
    AccessLists = 4,

    /// <summary>What the caller knows, from an earlier run of the block.</summary>
    EarlierRun = 8,

    All = Sender | Recipient | AccessLists | EarlierRun,
}
