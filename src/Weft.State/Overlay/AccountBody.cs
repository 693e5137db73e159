using Weft.Primitives;

namespace Weft.State.Overlay;

/// <summary>The part of an <see cref="AccountEntry"/> that a creation replaces as a whole and a revert brings
/// back.</summary>
internal struct AccountBody
{
    public UInt256 Balance;
    public ulong Nonce;
    public Hash256 CodeHash;

    /// <summary>Meaningful when <see cref="CodeIsLoaded"/>.</summary>
    public ReadOnlyMemory<byte> Code;

    /// <summary>What the layer above derived from the code.</summary>
    public object? Attachment;

    /// <summary>Which life of the account its storage belongs to. A slot of another generation is stale, so that a
    /// creation or deletion empties the storage, and a revert brings it back, without visiting the slots.</summary>
    public int Generation;

    /// <summary>The transaction that created the account.</summary>
    public int CreatedIn;

    public bool Exists;
    public bool CodeIsLoaded;

    public readonly bool IsEmpty => Nonce == 0 && Balance.IsZero && CodeHash == Hash256.OfEmptyCode;

    public readonly Account ToAccount() => new(Nonce, Balance, CodeHash);

    public static AccountBody From(bool exists, in Account account, int generation) => new()
    {
        Exists = exists, Nonce = account.Nonce, Balance = account.Balance, CodeHash = account.CodeHash,
        Generation = generation,
    };

    /// <summary>No account, and no storage left of the one before.</summary>
    public static AccountBody Missing(int generation) => new()
    {
        CodeHash = Hash256.OfEmptyCode, CodeIsLoaded = true, Generation = generation,
    };
}
