using System.Numerics;
using System.Runtime.Intrinsics.X86;
using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>What the leaves of an update are to hold. Asking twice gives the same answer.</summary>
internal abstract unsafe class LeafValues
{
    /// <summary>Writes the new value of change <paramref name="index"/>, up to <see cref="NodeRecord.MaxValueSize"/>
    /// bytes, and returns its length; 0 when there is to be no leaf. <paramref name="oldLength"/> is 0 where there is
    /// none yet.</summary>
    public abstract int Resolve(int index, byte* old, int oldLength, byte* destination);

    /// <summary>Asks the processor for the values of some changes, which are in another order than the keys.</summary>
    public virtual void Prefetch(ReadOnlySpan<int> indices)
    {
    }
}

/// <summary>Slots: the value's RLP, nothing for zero.</summary>
internal sealed unsafe class SlotValues(UInt256* values) : LeafValues
{
    // Safe: prefetching never faults.
    public override void Prefetch(ReadOnlySpan<int> indices)
    {
        if (!Sse.IsSupported) return;
        foreach (int index in indices) Sse.Prefetch0(values + index);
    }

    // Safe: 33 bytes at most.
    public override int Resolve(int index, byte* old, int oldLength, byte* destination)
    {
        ref readonly var value = ref values[index];
        if (value.IsZero) return 0;
        int size = value.ByteLength;
        if (size == 1 && value.U0 < 0x80)
        {
            *destination = (byte)value.U0;
            return 1;
        }
        Span<byte> bytes = stackalloc byte[32];
        value.WriteBigEndian(bytes);
        *destination = (byte)(0x80 + size);
        bytes[(32 - size)..].CopyTo(new(destination + 1, size));
        return 1 + size;
    }
}

/// <summary>A change of an account: of its fields, of its storage or of both.</summary>
internal struct AccountChange
{
    public Account Account;
    public Hash256 StorageRoot;

    /// <summary>Which of the two changes.</summary>
    public bool HasAccount, HasStorageRoot;

    public bool IsDeleted;

    /// <summary>Found while the leaf was resolved: the storage trie that there was, or that was made, belongs to no
    /// account.</summary>
    public bool DropsStorage;
}

/// <summary>Accounts (Yellow Paper 4.1); the storage root stays where only the fields change, and the fields where only
/// the storage does.</summary>
internal sealed unsafe class AccountValues(AccountChange* changes) : LeafValues
{
    /// <summary>Whether any change has <see cref="AccountChange.DropsStorage"/>.</summary>
    public volatile bool DropsStorage;

    /// <summary>List header, storage root and code hash with their headers.</summary>
    private const int FixedSize = 2 + 66, MinSize = FixedSize + 2;

    // Safe: prefetching never faults.
    public override void Prefetch(ReadOnlySpan<int> indices)
    {
        if (!Sse.IsSupported) return;
        foreach (int index in indices)
        {
            // 112 bytes may touch three lines.
            byte* change = (byte*)(changes + index);
            Sse.Prefetch0(change);
            Sse.Prefetch0(change + 64);
            Sse.Prefetch0(change + sizeof(AccountChange) - 1);
        }
    }

    // Safe: an account has 110 bytes at most, and the old one at least MinSize, which ends with its two hashes.
    public override int Resolve(int index, byte* old, int oldLength, byte* destination)
    {
        ref var change = ref changes[index];
        if (oldLength > 0 && (oldLength < MinSize || old[oldLength - 66] != 0xa0)) throw NodeCodec.Bad();
        if (change.IsDeleted)
        {
            bool hadStorage = oldLength > 0 && RootOf(old, oldLength) != Hash256.OfEmptyTrie;
            if (hadStorage) change.DropsStorage = DropsStorage = true;
            return 0;
        }
        if (change.HasAccount) return Write(change, old, oldLength, destination);
        if (oldLength == 0)
        {
            // Slots of an account that does not exist are not part of the state.
            change.DropsStorage = DropsStorage = true;
            return 0;
        }
        NodeCodec.Copy(old, destination, oldLength);
        change.StorageRoot.CopyTo(new(destination + oldLength - 65, 32));
        return oldLength;
    }

    private static Hash256 RootOf(byte* account, int length) =>
        new(new ReadOnlySpan<byte>(account + length - 65, 32));

    private static int Write(in AccountChange change, byte* old, int oldLength, byte* destination)
    {
        byte* at = destination + 2;
        at += WriteInteger(change.Account.Nonce, at);
        at += WriteInteger(change.Account.Balance, at);
        *at = 0xa0;
        var root = change.HasStorageRoot ? change.StorageRoot
            : oldLength > 0 ? RootOf(old, oldLength) : Hash256.OfEmptyTrie;
        root.CopyTo(new(at + 1, 32));
        at[33] = 0xa0;
        change.Account.CodeHash.CopyTo(new(at + 34, 32));
        int length = (int)(at + 66 - destination);
        (destination[0], destination[1]) = (0xf8, (byte)(length - 2));
        return length;
    }

    private static int WriteInteger(ulong value, byte* target)
    {
        if (value is > 0 and < 0x80)
        {
            *target = (byte)value;
            return 1;
        }
        int size = (71 - BitOperations.LeadingZeroCount(value)) / 8;
        *target = (byte)(0x80 + size);
        for (int i = size; i > 0; i--, value >>= 8) target[i] = (byte)value;
        return 1 + size;
    }

    private static int WriteInteger(in UInt256 value, byte* target)
    {
        if (value.IsUInt64) return WriteInteger(value.U0, target);
        int size = value.ByteLength;
        Span<byte> bytes = stackalloc byte[32];
        value.WriteBigEndian(bytes);
        *target = (byte)(0x80 + size);
        bytes[(32 - size)..].CopyTo(new(target + 1, size));
        return 1 + size;
    }
}
