using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Tracing;

/// <summary>Looks at a state while a transaction runs on it, which must not notice.</summary>
internal static class StateProbe
{
    /// <summary>The slot as it is now; cold slots stay cold (EIP-2929), or gas would differ from an untraced run.
    /// </summary>
    public static UInt256 Storage(WorldState state, in Address address, in UInt256 key)
    {
        int checkpoint = state.Checkpoint();
        state.GetStorage(address, key, out UInt256 value);
        state.Revert(checkpoint);
        return value;
    }
}
