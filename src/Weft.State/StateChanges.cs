using Weft.Primitives;

namespace Weft.State;

/// <summary>Net changes against the state before: a null account was deleted; storage of a <c>cleared</c> account
/// starts empty; a zero slot is deleted.</summary>
public sealed class StateChanges
{
    public Dictionary<Address, Account?> Accounts { get; } = [];
    public Dictionary<Address, Dictionary<UInt256, UInt256>> Storage { get; } = [];
    public HashSet<Address> ClearedStorage { get; } = [];
    public Dictionary<Hash256, ReadOnlyMemory<byte>> Code { get; } = [];
}
