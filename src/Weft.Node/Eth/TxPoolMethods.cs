using System.Text.Json;
using Weft.Chain.Pool;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Node.Eth;

/// <summary>txpool_ methods, in the shapes of geth.</summary>
internal sealed class TxPoolMethods(TransactionPool pool)
{
    public void AddTo(RpcMethods methods)
    {
        methods.Add("txpool_status", WriteStatus);
        methods.AddHeavy("txpool_content", call => WriteContent(call, pool.GetContent(), Write));
        methods.AddHeavy("txpool_inspect", call => WriteContent(call, pool.GetContent(), WriteSummary));
        methods.AddHeavy("txpool_contentFrom", WriteContentFrom);
    }

    private void WriteStatus(RpcCall call)
    {
        call.Result.WriteStartObject();
        call.Result.WriteQuantity("pending"u8, (ulong)pool.PendingCount);
        call.Result.WriteQuantity("queued"u8, (ulong)pool.QueuedCount);
        call.Result.WriteEndObject();
    }

    private void WriteContentFrom(RpcCall call)
    {
        Address sender = call.Params.Address(0);
        PoolContent content = pool.GetContent(sender);
        call.Result.WriteStartObject();
        WriteByNonce(call.Result, "pending", content.Pending.GetValueOrDefault(sender) ?? [], Write);
        WriteByNonce(call.Result, "queued", content.Queued.GetValueOrDefault(sender) ?? [], Write);
        call.Result.WriteEndObject();
    }

    private static void WriteContent(RpcCall call, PoolContent content, Action<Utf8JsonWriter, Transaction> write)
    {
        call.Result.WriteStartObject();
        WriteBySender(call.Result, "pending", content.Pending, write);
        WriteBySender(call.Result, "queued", content.Queued, write);
        call.Result.WriteEndObject();
    }

    private static void WriteBySender(
        Utf8JsonWriter writer, string name, IReadOnlyDictionary<Address, IReadOnlyList<PooledTransaction>> bySender,
        Action<Utf8JsonWriter, Transaction> write)
    {
        writer.WriteStartObject(name);
        foreach (var (sender, transactions) in bySender) WriteByNonce(writer, sender.ToString(), transactions, write);
        writer.WriteEndObject();
    }

    private static void WriteByNonce(
        Utf8JsonWriter writer, string name, IReadOnlyList<PooledTransaction> transactions,
        Action<Utf8JsonWriter, Transaction> write)
    {
        writer.WriteStartObject(name);
        foreach (PooledTransaction pooled in transactions)
        {
            writer.WritePropertyName($"{pooled.Transaction.Nonce}");
            write(writer, pooled.Transaction);
        }
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Transaction transaction) =>
        TransactionWriter.Write(writer, transaction, default);

    private static void WriteSummary(Utf8JsonWriter writer, Transaction transaction) => writer.WriteStringValue(
        $"{transaction.To?.ToString() ?? "contract creation"}: {transaction.Value} wei + "
        + $"{transaction.GasLimit} gas × {transaction.FeeCap} wei");
}
