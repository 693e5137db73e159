using Weft.Primitives;
using Weft.State;

namespace Weft.Chain.Origins;

/// <summary>A state of a chain that began with another chain's: what its own blocks wrote, and below that the origin.
/// Safe for concurrent readers while <paramref name="own"/> is.</summary>
/// <param name="own">What the database has.</param>
/// <param name="at">The block whose state the database has.</param>
internal sealed class OriginView(IStateView own, IOrigin origin, Erasures erasures, ulong at) : IStateView
{
    public bool TryGetAccount(in Address address, out Account account) =>
        own.TryGetAccount(address, out account)
        || (!erasures.HasAccount(address, at) && origin.TryGetAccount(address, out account));

    public UInt256 GetStorage(in Address address, in UInt256 key)
    {
        UInt256 value = own.GetStorage(address, key);
        return !value.IsZero || erasures.HasSlot(address, key, at) ? value : origin.GetStorage(address, key);
    }

    public bool HasStorage(in Address address) =>
        own.HasStorage(address) || (!erasures.HasStorage(address, at) && origin.HasStorage(address));

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) =>
        origin.TryGetCode(codeHash, out var code) ? code : own.GetCode(codeHash);

    /// <summary>Those that the chain's own blocks wrote: the others cannot be listed.</summary>
    public IEnumerable<KeyValuePair<UInt256, UInt256>> GetSlots(Address address) => own.GetSlots(address);
}
