using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;

namespace Weft.Primitives.Blocks;

/// <summary>The roots of the lists of a block: the trie maps rlp(index) to the item (Yellow Paper 4.3.2).</summary>
public static class ListRoot
{
    public static Hash256 OfTransactions(IReadOnlyList<Transaction> transactions) =>
        OrderedTrie.Root(new TransactionItems(transactions));

    public static Hash256 OfReceipts(IReadOnlyList<Receipt> receipts) => OrderedTrie.Root(new ReceiptItems(receipts));

    public static Hash256 OfWithdrawals(IReadOnlyList<Withdrawal> withdrawals) =>
        OrderedTrie.Root(new WithdrawalItems(withdrawals));

    /// <summary>Of items that are encoded already.</summary>
    public static Hash256 OfEncoded(IReadOnlyList<ReadOnlyMemory<byte>> items) =>
        OrderedTrie.Root(new EncodedItems(items));

    private readonly struct TransactionItems(IReadOnlyList<Transaction> items) : IOrderedItems
    {
        public int Count => items.Count;
        public void Write(int index, RlpWriter writer) => TransactionEncoder.Write(items[index], writer);
    }

    private readonly struct ReceiptItems(IReadOnlyList<Receipt> items) : IOrderedItems
    {
        public int Count => items.Count;
        public void Write(int index, RlpWriter writer) => ReceiptCodec.Write(items[index], writer);
    }

    private readonly struct WithdrawalItems(IReadOnlyList<Withdrawal> items) : IOrderedItems
    {
        public int Count => items.Count;
        public void Write(int index, RlpWriter writer) => BlockCodec.WriteWithdrawal(items[index], writer);
    }

    private readonly struct EncodedItems(IReadOnlyList<ReadOnlyMemory<byte>> items) : IOrderedItems
    {
        public int Count => items.Count;
        public void Write(int index, RlpWriter writer) => writer.WriteRaw(items[index].Span);
    }
}
