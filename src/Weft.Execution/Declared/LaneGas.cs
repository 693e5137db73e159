namespace Weft.Execution.Declared;

/// <summary>What the transactions of a lane took.</summary>
internal struct LaneGas
{
    public ConsecutiveGas Gas;

    /// <summary>The first part behind the lane.</summary>
    public int End;
}
