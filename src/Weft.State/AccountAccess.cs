using Weft.Primitives;
using Weft.State.MultiVersion;

namespace Weft.State;

/// <summary>An account that was read from a <see cref="WorldState"/>'s source: what it was there, what it is now, and
/// what mattered of it. Null is an account that is not in the state. A balance that was only added to, or checked to
/// suffice, is not observed.</summary>
public readonly record struct AccountAccess(Address Address, Observed Observed, Account? Before, Account? After)
{
    /// <summary>All slots of the source are void: the account was deleted or began anew.</summary>
    public bool StorageCleared { get; init; }

    /// <summary>The code, where <see cref="After"/> has another code hash than <see cref="Before"/>.</summary>
    public ReadOnlyMemory<byte> NewCode { get; init; }

    public bool IsChanged => StorageCleared || Before != After;

    /// <summary>Modulo 2^256: additions of several transactions add up in any order.</summary>
    public UInt256 BalanceDifference => BalanceOf(After) - BalanceOf(Before);

    private static UInt256 BalanceOf(in Account? account) => account is { } present ? present.Balance : UInt256.Zero;
}
