using Weft.Primitives;
using Weft.State.MultiVersion;

namespace Weft.State.Overlay;

/// <summary>
/// An account in the overlay. Marks that belong to one transaction are its number, so that they lapse with it and
/// nothing has to be cleared.
/// </summary>
internal struct AccountEntry : IKeyed<Address>
{
    public Address Address;

    /// <summary>The generation of the source at which the account was read; 0 while it was only marked warm, which must
    /// not read the source.</summary>
    public int LoadedIn;

    /// <summary>EIP-2929.</summary>
    public int WarmIn;

    /// <summary>EIP-161.</summary>
    public int TouchedIn;

    public int DestroyedIn;

    /// <summary>One more than the number of the account's <see cref="DirtyAccount"/>; 0 as long as it is as in the
    /// source.</summary>
    public int Dirty;

    /// <summary>One more than the number of the last added <see cref="DirtySlot"/> of the account, or 0.</summary>
    public int DirtySlots;

    /// <summary>What a speculative transaction saw of it.</summary>
    public Observed Observed;

    /// <summary>It was seen that the balance suffices for something.</summary>
    public bool IsCharged;

    /// <summary>The number of the read that loaded it, while a transaction runs speculatively.</summary>
    public int Read;

    /// <summary>Where multi-version memory has the account; see <see cref="MultiVersion.Known"/>.</summary>
    public Known Known;

    public AccountBody Body;

    public readonly bool Has(in Address key) => Address == key;
    public readonly uint Hash => (uint)LocationHash.Of(Address);
}
