namespace Weft.Chain.Import;

/// <summary>What is done to a block on its way into the database, in this order.</summary>
public enum ImportStage : byte
{
    /// <summary>Bytes come from the file and are unpacked.</summary>
    Read,

    Decode,

    /// <summary>Senders and authorities are recovered.</summary>
    Recover,

    Execute,

    /// <summary>The state root is computed.</summary>
    Root,

    /// <summary>Written and committed.</summary>
    Store,
}
