using System.Buffers.Binary;
using System.Numerics;
using Weft.Primitives;

namespace Weft.State.Store;

/// <summary>Accounts and slot values as the tables and the cache hold them: no byte says zero.</summary>
internal static class StateEncoding
{
    /// <summary>Bytes of an account at most: form, nonce, code hash, balance.</summary>
    public const int AccountSizeMax = 1 + 8 + 32 + 32;

    private const byte HasCode = 0x80, NonceSize = 0x0f;

    /// <summary>Form (bytes of the nonce, flag for code), nonce, code hash unless that of no code, balance; numbers
    /// big-endian without leading zeros. At least one byte.</summary>
    public static int WriteAccount(in Account account, Span<byte> destination)
    {
        int nonceSize = (71 - BitOperations.LeadingZeroCount(account.Nonce)) / 8;
        int at = 1;
        destination[0] = (byte)nonceSize;
        Span<byte> wide = stackalloc byte[32];
        BinaryPrimitives.WriteUInt64BigEndian(wide, account.Nonce);
        wide[(8 - nonceSize)..8].CopyTo(destination[at..]);
        at += nonceSize;
        if (account.CodeHash != Hash256.OfEmptyCode)
        {
            destination[0] |= HasCode;
            account.CodeHash.CopyTo(destination[at..]);
            at += 32;
        }
        return at + WriteNumber(account.Balance, destination[at..]);
    }

    /// <exception cref="InvalidDataException">No bytes that <see cref="WriteAccount"/> wrote.</exception>
    public static Account ReadAccount(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) throw Damaged();
        int nonceSize = bytes[0] & NonceSize;
        bool hasCode = (bytes[0] & HasCode) != 0;
        int balanceAt = 1 + nonceSize + (hasCode ? 32 : 0);
        if (nonceSize > 8 || balanceAt > bytes.Length || bytes.Length - balanceAt > 32) throw Damaged();
        ulong nonce = 0;
        foreach (byte b in bytes.Slice(1, nonceSize)) nonce = nonce << 8 | b;
        var codeHash = hasCode ? new Hash256(bytes.Slice(1 + nonceSize, 32)) : Hash256.OfEmptyCode;
        return new(nonce, UInt256.FromBigEndian(bytes[balanceAt..]), codeHash);
    }

    /// <summary>Big-endian without leading zeros; returns its length, 0 for zero.</summary>
    public static int WriteNumber(in UInt256 value, Span<byte> destination)
    {
        int size = value.ByteLength;
        if (size == 0) return 0;
        Span<byte> wide = stackalloc byte[32];
        value.WriteBigEndian(wide);
        wide[(32 - size)..].CopyTo(destination);
        return size;
    }

    /// <exception cref="InvalidDataException">More than 32 bytes.</exception>
    public static UInt256 ReadNumber(ReadOnlySpan<byte> bytes) =>
        bytes.Length <= 32 ? UInt256.FromBigEndian(bytes) : throw Damaged();

    private static InvalidDataException Damaged() => new("a record of the state is damaged");
}
