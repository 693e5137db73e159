using System.Runtime.InteropServices;
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
    private readonly List<TransactionResult> _transactions;
    private readonly List<ReadOnlyMemory<byte>> _requests = [];
    private readonly List<Hash256> _stateRoots = [];
    private List<int>? _leftOut;
    private BlockResult? _failure;

    internal ExecutedBlock(IReadOnlyList<Transaction> body, ForkRules rules) =>
        (_body, _rules, _transactions) = (body, rules, new(body.Count));

    public ulong GasUsed { get; private set; }

    public ulong BlobGasUsed { get; private set; }

    /// <summary>Indexes of transactions that are no part of the block, ascending; <see cref="Transactions"/> has the
    /// reasons.</summary>
    public IReadOnlyList<int> LeftOut => _leftOut ?? [];

    /// <summary>One a transaction so far; their outputs are not kept.</summary>
    public IReadOnlyList<TransactionResult> Transactions => _transactions;

    /// <summary>The block is known to be invalid.</summary>
    internal bool HasFailed => _failure is not null;

    /// <summary>The transaction next in order is invalid and left out: what follows is as if it were not there.
    /// </summary>
    internal void LeaveOut(in TransactionResult result)
    {
        LeaveOut(_transactions.Count);
        _transactions.Add(result);
    }

    /// <summary>The same where the results are reserved.</summary>
    internal void LeaveOut(int index) => (_leftOut ??= []).Add(index);

    /// <summary>Takes the results in the order of the transactions.</summary>
    internal void Add(in TransactionResult result) => Add(result, BlobGas.Of(_body[_transactions.Count]));

    /// <summary>The same where the blob gas of the transaction is known.</summary>
    internal void Add(in TransactionResult result, ulong blobGas)
    {
        GasUsed += result.GasUsed;
        BlobGasUsed += blobGas;
        int index = _transactions.Count;
        CollectionsMarshal.SetCount(_transactions, index + 1);
        ref TransactionResult place = ref Reserved(index);
        place = result;
        // The output lives in the machine's memory, which the next transaction uses.
        place = place with { Output = default };
    }

    /// <summary>Room for the results of all transactions, to be filled and then counted by whoever executes them.
    /// </summary>
    internal void ReserveAll() => CollectionsMarshal.SetCount(_transactions, _body.Count);

    /// <summary>Only the first so many of what was reserved are results.</summary>
    internal void KeepOnly(int count) => CollectionsMarshal.SetCount(_transactions, count);

    internal ref TransactionResult Reserved(int index) => ref CollectionsMarshal.AsSpan(_transactions)[index];

    /// <summary>The next one of the reserved results counts.</summary>
    internal void Count(ulong gasUsed, ulong blobGas)
    {
        GasUsed += gasUsed;
        BlobGasUsed += blobGas;
    }

    /// <summary>All reserved results have been counted by who filled them in.</summary>
    internal void CountAll(ulong gasUsed, ulong blobGasUsed) => (GasUsed, BlobGasUsed) = (gasUsed, blobGasUsed);

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
        var receipts = new List<Receipt>(_transactions.Count);
        ulong cumulative = 0;
        for (int i = 0; i < _transactions.Count; i++)
        {
            TransactionResult result = _transactions[i];
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
        int index = _transactions.Count;
        Fail(BlockError.InvalidTransaction, $"transaction {index} of {transaction.Sender}: {error}");
        _failure = _failure! with { TransactionIndex = index, TransactionError = error };
        return this;
    }

    private BlockResult Unfinished() => new()
    {
        Transactions = _transactions,
        GasUsed = GasUsed,
        BlobGasUsed = BlobGasUsed,
        Requests = _requests,
    };
}
