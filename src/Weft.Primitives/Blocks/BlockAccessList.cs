using System.Buffers.Binary;
using System.Collections.Immutable;
using Weft.Primitives.Rlp;

namespace Weft.Primitives.Blocks;

/// <summary>
/// Every account and slot that a block accesses, with the values that they have after each part of the block that
/// changes them (EIP-7928). Block access indexes: 0 is what comes before the transactions, 1 to n are these, n + 1 is
/// what comes after them. Accounts by ascending address. Immutable, for any number of threads.
/// </summary>
public sealed class BlockAccessList
{
    /// <summary>EIP-7928: gas of the block that every address and slot of its list must at least stand for.</summary>
    public const ulong ItemCost = 2000;

    /// <summary>The first 8 bytes of each address, as a number.</summary>
    private readonly ulong[] _prefixes;

    /// <summary>Prefixes fall into as many equal ranges as there are accounts: where each range begins among them.
    /// </summary>
    private readonly int[] _ranges;

    /// <summary>Where accounts are not in order, <see cref="Find"/> may miss some.</summary>
    public BlockAccessList(ImmutableArray<AccountChanges> accounts)
    {
        Accounts = accounts;
        _prefixes = new ulong[accounts.Length];
        _ranges = new int[accounts.Length + 1];
        int begun = 0;
        for (int i = 0; i < accounts.Length; i++)
        {
            ulong prefix = _prefixes[i] = PrefixOf(accounts[i].Address);
            for (int range = RangeOf(prefix); begun <= range; begun++) _ranges[begun] = i;
        }
        _ranges.AsSpan(begun).Fill(accounts.Length);
    }

    public ImmutableArray<AccountChanges> Accounts { get; }

    /// <summary>The number of an account among <see cref="Accounts"/>, or -1. Addresses are hashes, mostly, so that a
    /// range holds few; of many that were chosen to begin alike half go with each look.</summary>
    public int Find(in Address address)
    {
        if (_prefixes.Length == 0) return -1;
        ulong prefix = PrefixOf(address);
        int range = RangeOf(prefix), low = _ranges[range], high = _ranges[range + 1];
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            ulong found = _prefixes[middle];
            int order = found != prefix ? found.CompareTo(prefix) : Accounts[middle].Address.CompareTo(address);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle;
        }
        return -1;
    }

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

    private static ulong PrefixOf(in Address address) => BinaryPrimitives.ReadUInt64BigEndian(address.Bytes);

    /// <summary>The prefix as a share of all, times their number.</summary>
    private int RangeOf(ulong prefix) => (int)Math.BigMul(prefix, (ulong)_prefixes.Length, out _);
}
