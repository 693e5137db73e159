namespace Weft.Primitives.Rlp;

/// <summary>Why bytes are no encoding of what they should be, named after the rule that they break.</summary>
public enum DecodeError : byte
{
    None,

    // ---- RLP (Yellow Paper, appendix B) ----

    /// <summary>The input, or the list around it, ends inside an item, or before one that must be there.</summary>
    InputTooShort,

    /// <summary>Bytes are left after the last item of the input or of a list.</summary>
    TrailingItems,

    /// <summary>A single byte below 0x80 was written with a header.</summary>
    SingleByteWithHeader,

    /// <summary>The long form was used for fewer than 56 bytes.</summary>
    LongFormOfShortItem,

    /// <summary>The length of a long item starts with a zero byte.</summary>
    LengthWithLeadingZero,

    /// <summary>The length of a long item does not fit the input.</summary>
    LengthTooLarge,

    ListExpected,
    StringExpected,
    IntegerWithLeadingZero,
    IntegerTooLarge,

    /// <summary>A field of fixed size (hash, address, bloom, nonce of a header) has another one, or the items of a list
    /// are too short to have their fields of fixed size.</summary>
    WrongSize,

    // ---- Transactions (EIP-155, 2718, 7702) ----

    UnknownTransactionType,

    /// <summary>v of a legacy transaction is not 27, 28 or at least 35, or its chain id exceeds 64 bits.</summary>
    InvalidV,

    InvalidYParity,

    /// <summary>r or s is zero or not below the order of the curve.</summary>
    SignatureOutOfRange,

    // ---- Blocks and receipts ----

    /// <summary>A header has none of the field counts that a fork gave it.</summary>
    WrongFieldCount,

    /// <summary>Withdrawals without their root in the header, or the other way round (EIP-4895).</summary>
    WithdrawalsDoNotMatchHeader,

    /// <summary>Neither a root nor 0 nor 1 (EIP-658).</summary>
    InvalidReceiptStatus,

    TooManyTopics,

    // ---- Block access lists (EIP-7928) ----

    /// <summary>Accounts, slots or indexes are not in ascending order, or one is there twice.</summary>
    NotAscending,

    /// <summary>A slot that changes is also listed as only read.</summary>
    SlotReadAndChanged,

    /// <summary>A slot is listed as changed without a change.</summary>
    SlotWithoutChange,
}

/// <summary>Bytes from outside are not what they should be. Nothing else is thrown for them by a decoder.</summary>
public sealed class RlpException(DecodeError error, int offset)
    : FormatException($"invalid encoding at byte {offset}: {error}")
{
    public DecodeError Error { get; } = error;

    /// <summary>Where in the input the offending item starts, in bytes.</summary>
    public int Offset { get; } = offset;
}
