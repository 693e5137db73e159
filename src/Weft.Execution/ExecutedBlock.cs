using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Execution;

/// <summary>
/// A block whose state transition is done, or what it has come to so far while it runs; then it belongs to one thread.
/// <see cref="Seal"/> is the stage that follows: it needs no state, so it can run beside the next block.
/// </summary>
public sealed class ExecutedBlock
{
    private readonly ForkRules _rules;
    private readonly IReadOnlyList<Transaction> _body;
    private TransactionResult[] _results;
    private readonly List<ReadOnlyMemory<byte>> _requests = [];
    private readonly List<Hash256> _stateRoots = [];
    private List<int>? _leftOut;
    private BlockResult? _failure;
    private int _count;

    internal ExecutedBlock(IReadOnlyList<Transaction> body, ForkRules rules) =>
        (_body, _rules, _results) = (body, rules, new TransactionResult[body.Count]);

    public ulong GasUsed { get; private set; }

    public ulong BlobGasUsed { get; private set; }

    /// <summary>Indexes of transactions that are no part of the block, ascending; <see cref="Transactions"/> has the
    /// reasons.</summary>
    public IReadOnlyList<int> LeftOut => _leftOut ?? [];

    /// <summary>One a transaction so far; their outputs are not kept.</summary>
    public IReadOnlyList<TransactionResult> Transactions => new ArraySegment<TransactionResult>(_results, 0, _count);

    /// <summary>Room for the results of all transactions, filled by whoever executes them, without their outputs;
    /// those that were taken are the first <see cref="Count"/>.</summary>
    internal TransactionResult[] Results => _results;

    /// <summary>Transactions that have been taken.</summary>
    internal int Count => _count;

    /// <summary>One of the logs may be a deposit (EIP-6110).</summary>
    internal bool MayHaveDeposits { get; private set; }

    /// <summary>The block is known to be invalid.</summary>
    internal bool HasFailed => _failure is not null;

    /// <summary>The transaction next in order is invalid and left out: what follows is as if it were not there.
    /// </summary>
    internal void LeaveOut(in TransactionResult result)
    {
        Put(result);
        LeaveOutNext();
    }

    /// <summary>The same where the result has been filled in.</summary>
    internal void LeaveOutNext() => (_leftOut ??= []).Add(_count++);

    /// <summary>Takes the results in the order of the transactions.</summary>
    internal void Add(in TransactionResult result) => Add(result, BlobGas.Of(_body[_count]));

    /// <summary>The same where the blob gas of the transaction is known.</summary>
    internal void Add(in TransactionResult result, ulong blobGas)
    {
        // The output lives in the machine's memory, which the next transaction uses.
        Put(result with { Output = default });
        TakeNext(result.GasUsed, blobGas, result.MayHaveDeposit);
    }

    /// <summary>Takes the next transaction, whose result has been filled in.</summary>
    internal void TakeNext(ulong gasUsed, ulong blobGas, bool mayHaveDeposit)
    {
        _count++;
        GasUsed += gasUsed;
        BlobGasUsed += blobGas;
        MayHaveDeposits |= mayHaveDeposit;
    }

    /// <summary>Takes the next transactions, whose results have been filled in.</summary>
    internal void Take(int transactions, in ResultSums sums)
    {
        _count += transactions;
        GasUsed += sums.GasUsed;
        BlobGasUsed += sums.BlobGasUsed;
        MayHaveDeposits |= sums.MayHaveDeposits;
    }

    /// <summary>The body may grow while it is executed, as that of a simulation does.</summary>
    private void Put(in TransactionResult result)
    {
        if (_count == _results.Length) Array.Resize(ref _results, Math.Max(4, 2 * _count));
        _results[_count] = result;
    }

    /// <summary>The state root after the transaction that was added last.</summary>
    internal void AddStateRoot(in Hash256 root) => _stateRoots.Add(root);

    /// <summary>A request is its type and its data; one without data does not count (EIP-7685).</summary>
    internal void AddRequest(byte type, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return;
        var request = new byte[1 + data.Length];
        request[0] = type;
        data.CopyTo(request.AsSpan(1));
        _requests.Add(request);
    }

    /// <summary>Those of what was executed apart come after the ones that are there.</summary>
    internal void AddRequestsOf(ExecutedBlock apart) => _requests.AddRange(apart._requests);

    /// <summary>Receipts with their blooms, the block's bloom, the roots over them. Of an invalid block: the
    /// reason.</summary>
    public BlockResult Seal()
    {
        if (_failure is not null) return _failure;
        var bloom = new BloomBuilder();
        List<Receipt> receipts = CreateReceipts(bloom);
        return Unfinished() with
        {
            Receipts = receipts,
            LogsBloom = bloom.ToBloom(),
            ReceiptsRoot = _rules.StatusInReceipts || _stateRoots.Count == _body.Count - LeftOut.Count
                ? ListRoot.OfReceipts(receipts)
                : default,
            RequestsHash = _rules.Requests ? Requests.ComputeHash(_requests) : null,
        };
    }

    private List<Receipt> CreateReceipts(BloomBuilder blockBloom)
    {
        var receipts = new List<Receipt>(_count);
        ulong cumulative = 0;
        for (int i = 0; i < _count; i++)
        {
            ref readonly TransactionResult result = ref _results[i];
            if (result.Error != TransactionError.None) continue;
            cumulative += result.GasUsed;
            Bloom bloom = Bloom.Of(result.Logs);
            blockBloom.Add(bloom);
            receipts.Add(new Receipt
            {
                Type = _body[i].Type,
                PostStateRoot = receipts.Count < _stateRoots.Count ? _stateRoots[receipts.Count] : null,
                Succeeded = result.Succeeded,
                CumulativeGasUsed = cumulative,
                GasUsed = result.GasUsed,
                Logs = result.Logs,
                Bloom = bloom,
            });
        }
        return receipts;
    }

    /// <summary>The block is invalid; roots are of no interest any more.</summary>
    internal ExecutedBlock Fail(BlockError error, string detail)
    {
        _failure = Unfinished() with { Error = error, Detail = detail, Receipts = CreateReceipts(new BloomBuilder()) };
        return this;
    }

    /// <summary>The next transaction is invalid.</summary>
    internal ExecutedBlock Fail(TransactionError error, Transaction transaction)
    {
        int index = _count;
        Fail(BlockError.InvalidTransaction, $"transaction {index} of {transaction.Sender}: {error}");
        _failure = _failure! with { TransactionIndex = index, TransactionError = error };
        return this;
    }

    private BlockResult Unfinished() => new()
    {
        Transactions = Transactions,
        GasUsed = GasUsed,
        BlobGasUsed = BlobGasUsed,
        Requests = _requests,
    };
}
