using Weft.Primitives;

namespace Weft.State;

/// <summary>Another state with changes on top of it: a branch, or an earlier block by its undo records.</summary>
public sealed class StateOverlay(IStateView below) : IStateView
{
    public void Apply(StateChanges changes) => throw new NotSupportedException($"{below}");

    public bool TryGetAccount(in Address address, out Account account) => throw new NotSupportedException();

    public UInt256 GetStorage(in Address address, in UInt256 key) => throw new NotSupportedException();

    public bool HasStorage(in Address address) => throw new NotSupportedException();

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => throw new NotSupportedException();

    public IEnumerable<KeyValuePair<UInt256, UInt256>> GetSlots(Address address) => throw new NotSupportedException();
}
