using System.Text.Json;
using Weft.Node.Dev;
using Weft.Node.Rpc;

namespace Weft.Node.Eth;

/// <summary>eth_accounts: those that the node signs for, which only a dev node does; and what anybody needs who signs
/// himself.</summary>
internal sealed class EthAccounts(IReadOnlyList<DevAccount> accounts, TransactionFiller filler)
{
    public void AddTo(RpcMethods methods)
    {
        methods.Add("eth_accounts", WriteAccounts);
        methods.AddHeavy("eth_fillTransaction", Fill);
    }

    private void WriteAccounts(RpcCall call)
    {
        call.Result.WriteStartArray();
        foreach (DevAccount account in accounts) call.Result.WriteDataValue(account.Address.Bytes);
        call.Result.WriteEndArray();
    }

    /// <summary>The transaction with everything but a signature, whose numbers are zero.</summary>
    private void Fill(RpcCall call)
    {
        var (unsigned, from) = call.Params.Get(0, json => filler.Fill(json, call.Cancellation));
        Utf8JsonWriter writer = call.Result;
        writer.WriteStartObject();
        writer.WriteData("raw"u8, unsigned.Encode());
        writer.WritePropertyName("tx"u8);
        TransactionWriter.Write(writer, unsigned.WithSender(from), default);
        writer.WriteEndObject();
    }
}
