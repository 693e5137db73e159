using Weft.Primitives;

namespace Weft.State;

/// <summary>The four fields of an account (Yellow Paper 4.1), the storage root aside.</summary>
public readonly record struct Account(ulong Nonce, UInt256 Balance, Hash256 CodeHash)
{
    public static Account Empty => new(0, UInt256.Zero, Hash256.OfEmptyCode);

    /// <summary>EIP-161.</summary>
    public bool IsEmpty => Nonce == 0 && Balance.IsZero && CodeHash == Hash256.OfEmptyCode;
}
