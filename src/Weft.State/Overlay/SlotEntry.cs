using System.Runtime.CompilerServices;
using Weft.Primitives;

namespace Weft.State.Overlay;

/// <summary>A storage slot in the overlay. As in <see cref="AccountEntry"/>, marks are transaction numbers.</summary>
internal struct SlotEntry : IKeyed<SlotKey>
{
    /// <summary>The generation of a slot that was only marked warm, which must not read the source.</summary>
    public const int NotLoaded = -1;

    public UInt256 Key;
    public UInt256 Value;

    /// <summary>The value before transaction <see cref="OriginalIn"/> (EIP-2200); in others the value is.</summary>
    public UInt256 Original;

    public int Account;

    /// <summary>The life of the account that the value belongs to; see <see cref="AccountBody.Generation"/>.</summary>
    public int Generation;

    /// <summary>EIP-2929.</summary>
    public int WarmIn;

    public int OriginalIn;

    /// <summary>The stretch between two checkpoints in which the value was last journaled: once is enough.</summary>
    public ulong SavedIn;

    /// <summary>One more than the number of the slot's <see cref="DirtySlot"/>; 0 when never written.</summary>
    public int Dirty;

    /// <summary>Values come when the slot is read; nothing looks at them before.</summary>
    public void Begin(int account, in UInt256 key)
    {
        Key = key;
        Account = account;
        Generation = NotLoaded;
        (WarmIn, OriginalIn, SavedIn, Dirty) = (0, 0, 0, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Has(in SlotKey key) => key.Is(Account, in Key);

    public readonly uint Hash => new SlotKey(Account, in Key).Hash;
}
