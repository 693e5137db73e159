namespace Weft.State.MultiVersion;

/// <summary>What a transaction saw of an account, so that only a change of that is a conflict.</summary>
[Flags]
public enum Observed : byte
{
    None = 0,

    /// <summary>The exact balance. That it suffices is a predicate of its own.</summary>
    Balance = 1,

    Nonce = 2,
    Code = 4,

    /// <summary>Whether the account is in the state.</summary>
    Existence = 8,

    /// <summary>Whether it is empty (EIP-161).</summary>
    Emptiness = 16,

    /// <summary>Whether it has storage (EIP-7610).</summary>
    Storage = 32,
}
