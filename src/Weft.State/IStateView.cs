using Weft.Primitives;

namespace Weft.State;

/// <summary>A state whose storage can be listed, so that clearing an account can be undone.</summary>
public interface IStateView : IStateReader
{
    /// <summary>The slots of an account that are not zero, in no particular order. Valid until the state moves
    /// on.</summary>
    IEnumerable<KeyValuePair<UInt256, UInt256>> GetSlots(Address address);
}
