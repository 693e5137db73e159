using System.Buffers.Binary;
using Weft.Execution;
using Weft.Primitives;
using Weft.State;

namespace Weft.Cli.Bench;

/// <summary>One hash over all that a block came to, receipts and changes, which does not depend on their order in
/// memory.</summary>
internal static class ResultHash
{
    public static Hash256 Of(BlockResult result, StateChanges changes)
    {
        using var stream = new MemoryStream();
        Write(stream, (ulong)result.Error);
        Write(stream, (ulong)result.TransactionError);
        Write(stream, (ulong)result.TransactionIndex);
        foreach (var transaction in result.Transactions) Write(stream, transaction.GasUsed);
        stream.Write(result.ReceiptsRoot.Bytes);
        stream.Write(result.LogsBloom.Bytes);
        stream.Write((result.RequestsHash ?? default).Bytes);
        if (result.Error == BlockError.None) Write(stream, changes);
        return Keccak.Hash(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    private static void Write(MemoryStream stream, StateChanges changes)
    {
        foreach (var (address, account) in changes.Accounts.OrderBy(change => change.Key))
        {
            stream.Write(address.Bytes);
            stream.WriteByte(account is null ? (byte)0 : (byte)1);
            if (account is not { } present) continue;
            Write(stream, present.Nonce);
            Write(stream, present.Balance);
            stream.Write(present.CodeHash.Bytes);
        }
        foreach (var (address, slots) in changes.Storage.OrderBy(change => change.Key))
        {
            stream.Write(address.Bytes);
            Write(stream, (ulong)slots.Count);
            foreach (var (key, value) in slots.OrderBy(slot => slot.Key))
            {
                Write(stream, key);
                Write(stream, value);
            }
        }
        foreach (var address in changes.ClearedStorage.Order()) stream.Write(address.Bytes);
        foreach (var hash in changes.Code.Keys.Order()) stream.Write(hash.Bytes);
    }

    private static void Write(MemoryStream stream, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void Write(MemoryStream stream, in UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[32];
        value.WriteBigEndian(bytes);
        stream.Write(bytes);
    }
}
