namespace Weft.Execution.Strategies.Auto;

/// <summary>What calls of one kind take: those of one function of one contract, or of a whole class.</summary>
internal struct CallCost
{
    private const float GasRate = 0.25f;

    /// <summary>Zero for a free place of the table.</summary>
    public ulong Key;

    /// <summary>The block that met it last, and the one that was last learned from: several calls of a block count
    /// once.</summary>
    public int UsedIn, LearnedIn;

    /// <summary>Its part in the time of the block at hand.</summary>
    public float Share;

    /// <summary>Gas that a transaction uses.</summary>
    public float Gas;

    /// <summary>Of serial execution.</summary>
    public Estimate NanosecondsPerGas;

    /// <summary>The part that the call has in the time of a parallel strategy, over that in the serial one: threads,
    /// overhead, conflicts and all.</summary>
    public ParallelEstimates Ratios;

    public void LearnGas(float used) => Gas += GasRate * (used - Gas);
}
