namespace Weft.Execution.Strategies;

/// <summary>How the transactions of a block are spread over threads.</summary>
public enum Strategy
{
    /// <summary>Chosen for each block, by what blocks before it took.</summary>
    Auto,

    /// <summary>One after the other: the truth that the others are compared with.</summary>
    Serial,

    /// <summary>Speculation without hints (Block-STM).</summary>
    Optimistic,

    /// <summary>Speculation in an order that hints propose.</summary>
    Dag,

    /// <summary>Stretches of the block side by side, in the hope that they have nothing to do with each
    /// other.</summary>
    Segments,

    /// <summary>By what the transactions are known to access, without speculation.</summary>
    Declared,
}
