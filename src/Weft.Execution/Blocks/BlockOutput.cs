using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Execution.Blocks;

/// <summary>What a block has come to so far. Used by one thread while the block runs.</summary>
internal sealed class BlockOutput(int transactionCount)
{
    private readonly List<Receipt> _receipts = new(transactionCount);
    private readonly List<TransactionResult> _transactions = new(transactionCount);
    private readonly List<ReadOnlyMemory<byte>> _requests = [];
    private readonly BloomBuilder _bloom = new();

    public ulong GasUsed { get; private set; }

    public ulong BlobGasUsed { get; private set; }

    public IReadOnlyList<Receipt> Receipts => _receipts;

    /// <summary>Takes the results in the order of the transactions.</summary>
    public void Add(Transaction transaction, in TransactionResult result)
    {
        GasUsed += result.GasUsed;
        BlobGasUsed += BlobGas.Of(transaction);
        Bloom bloom = Bloom.Of(result.Logs);
        _bloom.Add(bloom);
        _receipts.Add(new Receipt
        {
            Type = transaction.Type,
            Succeeded = result.Succeeded,
            CumulativeGasUsed = GasUsed,
            GasUsed = result.GasUsed,
            Logs = result.Logs,
            Bloom = bloom,
        });
        // The output lives in the machine's memory, which the next transaction uses.
        _transactions.Add(result with { Output = default });
    }

    /// <summary>A request is its type and its data; one without data does not count (EIP-7685).</summary>
    public void AddRequest(byte type, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return;
        var request = new byte[1 + data.Length];
        request[0] = type;
        data.CopyTo(request.AsSpan(1));
        _requests.Add(request);
    }

    public BlockResult ToResult(ForkRules rules) => Unfinished() with
    {
        LogsBloom = _bloom.ToBloom(),
        ReceiptsRoot = rules.StatusInReceipts ? ListRoot.OfReceipts(_receipts) : default,
        RequestsHash = rules.Requests ? Requests.ComputeHash(_requests) : null,
    };

    /// <summary>The block is invalid; roots are of no interest any more.</summary>
    public BlockResult ToFailure(BlockError error, string detail) =>
        Unfinished() with { Error = error, Detail = detail };

    /// <summary>The next transaction is invalid.</summary>
    public BlockResult ToFailure(TransactionError error, Transaction transaction) =>
        ToFailure(BlockError.InvalidTransaction, $"transaction {_receipts.Count} of {transaction.Sender}: {error}") with
        {
            TransactionIndex = _receipts.Count,
            TransactionError = error,
        };

    private BlockResult Unfinished() => new()
    {
        Receipts = _receipts,
        Transactions = _transactions,
        GasUsed = GasUsed,
        BlobGasUsed = BlobGasUsed,
        Requests = _requests,
    };
}
