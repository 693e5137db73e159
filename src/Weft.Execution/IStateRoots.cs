using Weft.Primitives;
using Weft.State;

namespace Weft.Execution;

/// <summary>Computes state roots in the middle of a block, which receipts hold before Byzantium (EIP-658).</summary>
public interface IStateRoots
{
    /// <summary>The root of a state between two transactions.</summary>
    Hash256 ComputeRoot(WorldState state);
}
