namespace Weft.State.Overlay;

/// <summary>An entry of an <see cref="EntryTable{TKey,TEntry}"/>, which carries its own key.</summary>
internal interface IKeyed<TKey> where TKey : allows ref struct
{
    bool Has(in TKey key);

    /// <summary>The hash under which the entry was added.</summary>
    uint Hash { get; }
}
