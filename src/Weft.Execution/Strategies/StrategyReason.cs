namespace Weft.Execution.Strategies;

/// <summary>Why a block was executed as it was.</summary>
public enum StrategyReason : byte
{
    /// <summary>The strategy was given.</summary>
    Given,

    /// <summary>There is one thread, or one transaction, or receipts need state roots between transactions.</summary>
    OnlySerial,

    /// <summary>Waking threads would take as long as the block.</summary>
    LittleWork,

    /// <summary>Too much of the block calls what has not been seen often enough to say what it takes.</summary>
    Unknown,

    /// <summary>It was predicted to be faster than serial execution.</summary>
    Faster,

    /// <summary>Nothing was predicted to be faster than serial execution.</summary>
    NotFaster,

    /// <summary>To learn whether the prediction still holds.</summary>
    Exploration,
}
