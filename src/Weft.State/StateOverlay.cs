using Weft.Primitives;
using Weft.State.Store;

namespace Weft.State;

/// <summary>Another state with changes on top of it: a branch, or an earlier block by its undo records. The state below
/// must not move meanwhile. Safe for concurrent readers while nobody applies.</summary>
public sealed class StateOverlay(IStateView below) : IStateView
{
    private readonly ChangeLayer _layer = new();

    /// <summary><paramref name="changes"/> must not change afterwards.</summary>
    public void Apply(StateChanges changes) => _layer.Apply(changes);

    public bool TryGetAccount(in Address address, out Account account)
    {
        if (!_layer.Accounts.TryGetValue(address, out var known)) return below.TryGetAccount(address, out account);
        account = known.GetValueOrDefault();
        return known.HasValue;
    }

    public UInt256 GetStorage(in Address address, in UInt256 key) =>
        _layer.TryGetStorage(address, key, out var value) ? value : below.GetStorage(address, key);

    public bool HasStorage(in Address address)
    {
        if (!_layer.Storage.ContainsKey(address)) return below.HasStorage(address);
        foreach (var _ in GetSlots(address)) return true;
        return false;
    }

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) =>
        _layer.Code.TryGetValue(codeHash, out var code) ? code : below.GetCode(codeHash);

    public IEnumerable<KeyValuePair<UInt256, UInt256>> GetSlots(Address address)
    {
        if (!_layer.Storage.TryGetValue(address, out var change))
        {
            foreach (var slot in below.GetSlots(address)) yield return slot;
            yield break;
        }
        foreach (var slot in change.Slots)
            if (!slot.Value.IsZero) yield return slot;
        if (change.IsCleared) yield break;
        foreach (var slot in below.GetSlots(address))
            if (!change.Slots.ContainsKey(slot.Key)) yield return slot;
    }
}
