using System.Runtime.CompilerServices;

namespace Weft.State.MultiVersion;

/// <summary>What a worker remembers of a location between transactions: its number, and the location's word when the
/// worker knew its value. As long as the word is the same, so is the value.</summary>
internal struct Known(int location, ulong word)
{
    /// <summary>The word of no location.</summary>
    public const ulong Nothing = 0;

    // One more than the number, so that the default knows none.
    private int _location = location + 1;

    public ulong Word = word;

    public readonly bool HasLocation => _location != 0;

    public int Location
    {
        readonly get => _location - 1;
        set => _location = value + 1;
    }

    /// <summary>A transaction saw the value of the location at this word. It stands for later ones unless younger
    /// versions were passed over.</summary>
    public void Remember(ulong word, int transaction) =>
        Word = LocationWord.IsBefore(word, transaction) ? word : Nothing;

    public void Forget() => Word = Nothing;
}

/// <summary>
/// The word of a location says whether its versions are what they were: below, a count that every version that comes,
/// goes or is aborted moves on; above, one more than the youngest transaction with a version. A commit leaves it alone,
/// for it changes nothing that a later transaction sees.
/// </summary>
internal static class LocationWord
{
    /// <summary>Nobody has written here yet.</summary>
    public const ulong Unwritten = 1;

    /// <summary>The next word; <paramref name="youngest"/> is the transaction of the youngest version, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Next(ulong word, int youngest) => (ulong)(uint)(youngest + 1) << 32 | ((uint)word + 1);

    /// <summary>No version is one of this transaction or of a later one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBefore(ulong word, int transaction) => (uint)(word >> 32) <= (uint)transaction;
}
