using Weft.Chain.Building;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Pool;

/// <summary>What a block has room for, and what it asks of fees.</summary>
internal sealed record SelectionTerms
{
    public required UInt256 BaseFee { get; init; }
    public required UInt256 BlobBaseFee { get; init; }
    public required ulong GasMax { get; init; }
    public required int BlobsMax { get; init; }
    public required int BytesMax { get; init; }

    /// <summary>Part of the gas limit that calls of contracts really use, by what they used before.</summary>
    public double UsedShare { get; init; } = 1;
}

/// <summary>Merges the pending transactions of all senders into one list, what pays most first, as far as nonces let
/// it.
/// </summary>
internal static class Selection
{
    private const ulong TransferGas = 21_000;

    /// <summary>Gas that is chosen beyond what there is room for, one in so many: not all guesses are right.</summary>
    private const ulong ReserveShare = 50;

    public static List<Candidate> Choose(IEnumerable<SenderQueue> senders, SelectionTerms terms)
    {
        var heads = new PriorityQueue<(SenderQueue Queue, int Index), Rank>();
        foreach (var queue in senders) Offer(heads, queue, 0, terms);
        var chosen = new List<Candidate>();
        ulong gas = 0, gasMax = terms.GasMax + terms.GasMax / ReserveShare;
        long bytes = 0;
        int blobs = 0;
        while (gas < gasMax && heads.TryDequeue(out var head, out _))
        {
            var transaction = head.Queue.All[head.Index];
            int ownBlobs = transaction.Transaction.BlobVersionedHashes.Count;
            // One that has no room takes its sender with it: the next nonces cannot come before.
            if (bytes + transaction.Size + 8 > terms.BytesMax || blobs + ownBlobs > terms.BlobsMax) continue;
            chosen.Add(new(transaction.Transaction, transaction));
            gas += GuessGas(transaction.Transaction, terms.UsedShare);
            bytes += transaction.Size + 8;
            blobs += ownBlobs;
            Offer(heads, head.Queue, head.Index + 1, terms);
        }
        return chosen;
    }

    private static void Offer(
        PriorityQueue<(SenderQueue, int), Rank> heads, SenderQueue queue, int index, SelectionTerms terms)
    {
        if (index >= queue.PendingCount) return;
        var transaction = queue.All[index];
        Transaction body = transaction.Transaction;
        if (body.FeeCap < terms.BaseFee) return;
        if (body.Type == TransactionType.Blob && body.MaxFeePerBlobGas < terms.BlobBaseFee) return;
        heads.Enqueue((queue, index), new(transaction.TipAt(terms.BaseFee), transaction.Arrival));
    }

    private static ulong GuessGas(Transaction transaction, double usedShare) =>
        transaction.Data.IsEmpty || usedShare >= 1
            ? transaction.GasLimit
            : Math.Min(transaction.GasLimit, TransferGas + (ulong)(transaction.GasLimit * usedShare));

    /// <summary>What pays more comes first, of equals what came earlier.</summary>
    private readonly record struct Rank(UInt256 Tip, long Arrival) : IComparable<Rank>
    {
        public int CompareTo(Rank other) =>
            Tip != other.Tip ? (Tip > other.Tip ? -1 : 1) : Arrival.CompareTo(other.Arrival);
    }
}
