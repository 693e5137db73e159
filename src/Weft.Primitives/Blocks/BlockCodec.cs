using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;

namespace Weft.Primitives.Blocks;

/// <summary>Reads and writes whole blocks and their parts.</summary>
public static class BlockCodec
{
    /// <summary>The least encoding of a withdrawal, in bytes: an address, three integers and a header.</summary>
    private const int MinWithdrawalSize = 25;

    public static void Write(Block block, RlpWriter writer)
    {
        int list = writer.BeginList();
        BlockHeaderCodec.Write(block.Header, writer);
        WriteTransactions(block.Transactions, writer);
        BlockHeaderCodec.WriteList(block.Ommers, writer);
        if (block.Withdrawals is { } withdrawals) WriteWithdrawals(withdrawals, writer);
        writer.EndList(list);
    }

    /// <summary>A result means something only when the reader has not failed.</summary>
    public static Block Read(ref RlpReader reader)
    {
        int list = reader.BeginList();
        var header = BlockHeaderCodec.Read(ref reader);
        var transactions = ReadTransactions(ref reader);
        var ommers = BlockHeaderCodec.ReadList(ref reader);
        if (reader.HasMore != header.WithdrawalsRoot.HasValue)
            reader.Fail(DecodeError.WithdrawalsDoNotMatchHeader, reader.Position);
        var withdrawals = reader.HasMore ? ReadWithdrawals(ref reader) : null;
        reader.EndList(list);
        return new(header, transactions, ommers, withdrawals);
    }

    public static void WriteTransactions(IReadOnlyList<Transaction> transactions, RlpWriter writer)
    {
        int list = writer.BeginList();
        for (int i = 0; i < transactions.Count; i++) TransactionEncoder.WriteItem(transactions[i], writer);
        writer.EndList(list);
    }

    public static Transaction[] ReadTransactions(ref RlpReader reader)
    {
        int list = reader.BeginList();
        int count = reader.CountItems(TransactionDecoder.MinTransactionSize);
        var transactions = count == 0 ? [] : new Transaction[count];
        for (int i = 0; i < transactions.Length && !reader.Failed; i++)
            transactions[i] = TransactionDecoder.ReadItem(ref reader);
        reader.EndList(list);
        return transactions;
    }

    public static void WriteWithdrawals(IReadOnlyList<Withdrawal> withdrawals, RlpWriter writer)
    {
        int list = writer.BeginList();
        for (int i = 0; i < withdrawals.Count; i++) WriteWithdrawal(withdrawals[i], writer);
        writer.EndList(list);
    }

    /// <summary>EIP-4895: rlp([index, validator index, address, amount]).</summary>
    public static void WriteWithdrawal(in Withdrawal withdrawal, RlpWriter writer)
    {
        int list = writer.BeginList();
        writer.Write(withdrawal.Index);
        writer.Write(withdrawal.ValidatorIndex);
        writer.Write(withdrawal.Address);
        writer.Write(withdrawal.AmountGwei);
        writer.EndList(list);
    }

    public static Withdrawal[] ReadWithdrawals(ref RlpReader reader)
    {
        int list = reader.BeginList();
        int count = reader.CountItems(MinWithdrawalSize);
        var withdrawals = count == 0 ? [] : new Withdrawal[count];
        for (int i = 0; i < withdrawals.Length && !reader.Failed; i++)
        {
            int item = reader.BeginList();
            withdrawals[i] = new(
                reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadAddress(), reader.ReadUInt64());
            reader.EndList(item);
        }
        reader.EndList(list);
        return withdrawals;
    }
}
