namespace Weft.Execution.Declared;

/// <summary>What the transactions of a lane took.</summary>
internal struct LaneGas
{
    /// <summary>Gas and blob gas.</summary>
    public ulong Used, Blobs;

    /// <summary>What the block must have left where the lane begins: each of its transactions fits, with its limit,
    /// into what those before it leave.</summary>
    public ulong Needed;

    /// <summary>The first part behind the lane.</summary>
    public int End;
}
