using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Node.Eth;

/// <summary>eth_ methods that return or take single transactions.</summary>
internal sealed class EthTransactions(ChainReader reader, TransactionPool pool, ReceiptWaiter waiter)
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60), DefaultWait = TimeSpan.FromSeconds(20);

    public void AddTo(RpcMethods methods)
    {
        methods.Add("eth_getTransactionByHash", WriteByHash);
        methods.Add("eth_getTransactionByBlockHashAndIndex", call => WriteAt(call, BlockId.Of(call.Params.Hash(0))));
        methods.Add("eth_getTransactionByBlockNumberAndIndex", call => WriteAt(call, call.Params.BlockNumber(0)));
        methods.Add("eth_getRawTransactionByHash", WriteRaw);
        methods.Add(
            "eth_getRawTransactionByBlockHashAndIndex", call => WriteRawAt(call, BlockId.Of(call.Params.Hash(0))));
        methods.Add("eth_getRawTransactionByBlockNumberAndIndex", call => WriteRawAt(call, call.Params.BlockNumber(0)));
        methods.Add("eth_getTransactionReceipt", WriteReceipt);
        methods.Add("eth_pendingTransactions", WritePending);
        methods.AddReading("eth_sendRawTransaction", call => call.Result.WriteDataValue(Send(call).Bytes));
        methods.AddWaiting("eth_sendRawTransactionSync", SendAndWait);
        methods.Add("debug_getRawTransaction", WriteRaw);
    }

    /// <summary>Null where the transaction is in no canonical block.</summary>
    public static bool TryWriteReceipt(RpcCall call, ChainReader reader, in Hash256 hash)
    {
        if (reader.FindTransaction(hash) is not var (block, index)) return false;
        var receipts = new ReceiptWriter(call.Result, block, reader);
        receipts.Skip(index);
        return receipts.WriteNext();
    }

    private void WriteByHash(RpcCall call)
    {
        Hash256 hash = call.Params.Hash(0);
        if (reader.FindTransaction(hash) is var (block, index))
            Write(call, block.Block.Transactions[index], new(block.Block.Header, index));
        else if (pool.Find(hash) is { } waiting) TransactionWriter.Write(call.Result, waiting.Transaction, default);
        else call.Result.WriteNullValue();
    }

    private void WriteAt(RpcCall call, BlockId id)
    {
        if (FindAt(call, id) is var (transaction, place)) Write(call, transaction, place);
        else call.Result.WriteNullValue();
    }

    private void Write(RpcCall call, Transaction transaction, TransactionPlace place) => TransactionWriter.Write(
        call.Result, transaction.WithSender(reader.SenderOf(transaction)), place);

    private (Transaction Transaction, TransactionPlace Place)? FindAt(RpcCall call, BlockId id)
    {
        ulong index = call.Params.Quantity64(1);
        return reader.FindBlock(id, withSenders: false) is { } block && index < (ulong)block.Transactions.Count
            ? (block.Transactions[(int)index], new(block.Header, (int)index))
            : null;
    }

    private void WriteRaw(RpcCall call)
    {
        Hash256 hash = call.Params.Hash(0);
        if (reader.FindTransaction(hash) is var (block, index))
            call.Result.WriteDataValue(block.Block.Transactions[index].Encode());
        else if (pool.Find(hash) is { } waiting) call.Result.WriteDataValue(waiting.Transaction.Encode());
        else call.Result.WriteDataValue([]);
    }

    private void WriteRawAt(RpcCall call, BlockId id)
    {
        if (FindAt(call, id) is var (transaction, _)) call.Result.WriteDataValue(transaction.Encode());
        else call.Result.WriteDataValue([]);
    }

    private void WriteReceipt(RpcCall call)
    {
        if (!TryWriteReceipt(call, reader, call.Params.Hash(0))) call.Result.WriteNullValue();
    }

    private void WritePending(RpcCall call)
    {
        call.Result.WriteStartArray();
        foreach (var transactions in pool.GetContent().Pending.Values)
            foreach (PooledTransaction pooled in transactions)
                TransactionWriter.Write(call.Result, pooled.Transaction, default);
        call.Result.WriteEndArray();
    }

    private Hash256 Send(RpcCall call)
    {
        PoolResult result = pool.Add(call.Params.Data(0));
        return result.IsAdded ? result.Hash : throw ErrorOf(result);
    }

    public static JsonRpcException ErrorOf(PoolResult result) => new(
        JsonRpcError.ServerError, result.Message ?? $"transaction refused: {result.Error}");

    private ValueTask SendAndWait(RpcCall call) => WaitAndWrite(call, Send(call));

    /// <summary>EIP-7966: answers with the receipt, or with error 4 and the hash when time is up, which the second
    /// argument of the call says in milliseconds.</summary>
    public async ValueTask WaitAndWrite(RpcCall call, Hash256 hash)
    {
        const int TimedOut = 4;
        TimeSpan wait = DefaultWait;
        if (call.Params.Find(1, ValueReader.LenientQuantity64) is { } asked and > 0)
            wait = TimeSpan.FromMilliseconds(Math.Min(asked, MaxWait.TotalMilliseconds));
        await waiter.Wait(hash, wait, call.Cancellation).ConfigureAwait(false);
        if (!TryWriteReceipt(call, reader, hash))
            throw new JsonRpcException(
                TimedOut, $"The transaction was added to the mempool but wasn't processed in {wait.TotalSeconds} s",
                hash.ToString());
    }
}
