using Weft.Execution;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Stages;

/// <summary>Recovers who signed the transactions of a block. Needs nothing but the block, so any number of blocks can
/// be at it ahead of their execution.</summary>
public static class SenderStage
{
    /// <summary>Recovering one takes some 30 µs: below this many, waking other threads costs more than it saves.
    /// </summary>
    private const int ParallelFrom = 8;

    /// <summary>Null, and the block with all senders known; or why it is invalid. A transaction whose sender is known
    /// already was recovered before: decoding leaves it unknown.</summary>
    public static BlockResult? Run(Block block, int threads, out Block recovered)
    {
        var transactions = new Transaction[block.Transactions.Count];
        int failed = transactions.Length;
        if (threads > 1 && transactions.Length >= ParallelFrom)
            Parallel.For(
                0, transactions.Length, new ParallelOptions { MaxDegreeOfParallelism = threads },
                (i, loop) =>
                {
                    if (!TryRecover(block.Transactions[i], out transactions[i])) loop.Break();
                });
        else
            for (int i = 0; i < transactions.Length && TryRecover(block.Transactions[i], out transactions[i]); i++) { }
        for (int i = transactions.Length - 1; i >= 0; i--)
            if (transactions[i]?.Sender is null) failed = i;
        recovered = block with { Transactions = transactions };
        return failed == transactions.Length ? null : new BlockResult
        {
            Error = BlockError.InvalidTransaction, TransactionIndex = failed,
            TransactionError = TransactionError.InvalidSignature,
            Detail = $"transaction {failed}: its signature belongs to no account",
        };
    }

    private static bool TryRecover(Transaction transaction, out Transaction recovered)
    {
        recovered = transaction;
        return transaction.Sender is not null || SenderRecovery.TryRecoverSigners(transaction, out recovered);
    }
}
