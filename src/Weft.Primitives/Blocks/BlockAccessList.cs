using System.Collections.Immutable;
using Weft.Primitives.Rlp;

namespace Weft.Primitives.Blocks;

/// <summary>
/// Every account and slot that a block accesses, with the values that they have after each part of the block that
/// changes them (EIP-7928). Block access indexes: 0 is what comes before the transactions, 1 to n are these, n + 1 is
/// what comes after them. Accounts by ascending address.
/// </summary>
public sealed class BlockAccessList(ImmutableArray<AccountChanges> accounts)
{
    /// <summary>EIP-7928: gas of the block that every address and slot of its list must at least stand for.</summary>
    public const ulong ItemCost = 2000;

    public ImmutableArray<AccountChanges> Accounts { get; } = accounts;

    /// <summary>Addresses and slots.</summary>
    public int CountItems()
    {
        int count = Accounts.Length;
        foreach (var account in Accounts) count += account.StorageChanges.Length + account.StorageReads.Length;
        return count;
    }

    public byte[] Encode()
    {
        using var writer = new RlpWriter(1 << 16);
        BlockAccessListCodec.Write(this, writer);
        return writer.ToArray();
    }

    /// <summary>Keccak-256 of the encoding: block_access_list_hash of the header.</summary>
    public Hash256 ComputeHash()
    {
        using var writer = new RlpWriter(1 << 16);
        BlockAccessListCodec.Write(this, writer);
        return writer.Hash();
    }

    /// <summary>Decodes <see cref="Encode"/> and checks order and uniqueness; whether the list fits a block is another
    /// question. The result takes at most about 40 times the memory of the input: limit that first.</summary>
    /// <exception cref="RlpException">The bytes are no block access list.</exception>
    public static BlockAccessList Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new RlpReader(bytes);
        var list = BlockAccessListCodec.Read(ref reader);
        reader.FinishOrThrow();
        return list;
    }

    /// <summary>Like <see cref="Decode"/>, with the reason as a result.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out BlockAccessList list, out DecodeError error)
    {
        var reader = new RlpReader(bytes);
        list = BlockAccessListCodec.Read(ref reader);
        bool valid = reader.Finish();
        error = reader.Error;
        return valid;
    }
}
