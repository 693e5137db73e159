using Weft.Primitives;

namespace Weft.State.MultiVersion;

/// <summary>An account as a transaction saw it, and how much of it mattered.</summary>
internal struct AccountRead
{
    public int Location;

    /// <summary>The number of the worker's entry.</summary>
    public int Entry;

    /// <summary>The location's word at the time; see <see cref="LocationWord"/>.</summary>
    public ulong Word;

    public Observed Observed;
    public bool Existed;
    public bool HadStorage;

    /// <summary>The balance must be at least this: payments that were covered.</summary>
    public UInt256 BalanceAtLeast;

    public Account Seen;
}

/// <summary>A slot as a transaction saw it.</summary>
internal struct SlotRead
{
    public int Location;
    public ulong Word;
    public UInt256 Seen;
}

/// <summary>Where a read was, and the location's word at the time: what validation looks at first, close together.
/// </summary>
internal readonly struct ReadMark(int location, bool isSlot, ulong word)
{
    private readonly int _location = isSlot ? ~location : location;

    public readonly ulong Word = word;

    public bool IsSlot => _location < 0;

    public int Location => IsSlot ? ~_location : _location;
}

/// <summary>What a write does to an account. Balances move by a difference, so that payments to one account commute.
/// </summary>
[Flags]
internal enum AccountEffect : byte
{
    None = 0,
    Nonce = 1,
    Code = 2,

    /// <summary>There is no account afterwards; nothing else counts.</summary>
    Deleted = 4,

    /// <summary>Its storage starts empty, before the slots that the same transaction writes.</summary>
    StorageCleared = 8,
}

/// <summary>A version of an account, linked to its neighbours.</summary>
internal struct AccountWrite
{
    public int Location;

    /// <summary>The number of the worker's entry.</summary>
    public int Entry;

    /// <summary>The location's word when it was read; once published, the one with which the worker's value is the
    /// location's, or <see cref="Known.Nothing"/>.</summary>
    public ulong Word;

    public AccountEffect Effect;
    public ulong Nonce;
    public Hash256 CodeHash;

    /// <summary>Modulo 2^256.</summary>
    public UInt256 BalanceDifference;

    /// <summary>It leaves no storage of before.</summary>
    public readonly bool Clears => (Effect & (AccountEffect.Deleted | AccountEffect.StorageCleared)) != 0;

    public VersionNode Node;
}

/// <summary>A version of a slot.</summary>
internal struct SlotWrite
{
    public int Location;
    public int Entry;

    /// <summary>As in <see cref="AccountWrite"/>.</summary>
    public ulong Word;

    public UInt256 Value;
    public VersionNode Node;
}

/// <summary>Names a write: the transaction, the buffer of its incarnation and the number there. The default is the end
/// of a list.</summary>
internal readonly struct VersionLink
{
    private readonly ulong _value;

    public VersionLink(int transaction, int buffer, int number) =>
        _value = (ulong)(uint)(transaction + 1) << 32 | (uint)buffer << 31 | (uint)number;

    public bool IsEnd => _value == 0;
    public int Transaction => (int)(_value >> 32) - 1;
    public int Buffer => (int)(_value >> 31) & 1;
    public int Number => (int)_value & int.MaxValue;
}

/// <summary>The neighbours of a version.</summary>
internal struct VersionNode
{
    public VersionLink Newer, Older;
}

/// <summary>The ends of a location's list of versions.</summary>
internal struct VersionList
{
    public VersionLink Youngest, Oldest;
}
