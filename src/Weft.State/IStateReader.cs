using Weft.Primitives;

namespace Weft.State;

/// <summary>
/// A state that does not change while it is read: the one before a block. Safe for concurrent readers.
/// Missing means not in the state; an <see cref="InvalidDataException"/> means that the source does not know.
/// </summary>
public interface IStateReader
{
    bool TryGetAccount(in Address address, out Account account);

    /// <summary>Zero for a slot that is not set.</summary>
    UInt256 GetStorage(in Address address, in UInt256 key);

    /// <summary>True when any slot of the account is set (EIP-7610).</summary>
    bool HasStorage(in Address address);

    ReadOnlyMemory<byte> GetCode(in Hash256 codeHash);
}
