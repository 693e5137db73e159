namespace Weft.Execution.Declared;

/// <summary>What the transactions of a lane came to.</summary>
internal struct LaneResult
{
    public ResultSums Sums;

    /// <summary>The first part behind the lane.</summary>
    public int End;
}
