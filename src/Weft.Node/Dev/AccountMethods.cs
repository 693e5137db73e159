using System.Text.Json;
using Weft.Chain.Building;
using Weft.Chain.Pool;
using Weft.Node.Eth;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Node.Dev;

/// <summary>Methods that sign with the keys of the node, and send for them and for those that are impersonated.
/// </summary>
internal sealed class AccountMethods(
    DevSigner signer, TransactionFiller filler, TransactionPool pool, DevMiner miner, ReceiptWaiter waiter,
    EthTransactions sending)
{
    /// <summary>How long an answer waits for the block of a miner that is at it, and how often it looks whether it is.
    /// A transaction that cannot be mined is none the less sent.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20), Look = TimeSpan.FromMilliseconds(100);

    public void AddTo(RpcMethods methods)
    {
        methods.AddWaiting("eth_sendTransaction", Send);
        methods.AddWaiting("eth_sendTransactionSync", SendAndWait);
        methods.AddWaiting("eth_sendUnsignedTransaction", SendUnsigned);
        methods.AddHeavy("eth_signTransaction", SignTransaction);
        methods.AddHeavy("eth_sign", call => SignMessage(call, account: 0, message: 1));
        methods.AddHeavy("personal_sign", call => SignMessage(call, account: 1, message: 0));
        foreach (string name in (ReadOnlySpan<string>)
            ["eth_signTypedData", "eth_signTypedData_v3", "eth_signTypedData_v4"])
            methods.AddHeavy(name, call => call.Result.WriteDataValue(
                signer.Sign(call.Params.Get(1, TypedData.Hash), call.Params.Address(0))));
    }

    /// <summary>Where transactions are mined at once, the answer comes when that has happened: what follows sees the
    /// state afterwards.</summary>
    private async ValueTask Send(RpcCall call)
    {
        var (transaction, from) = Fill(call);
        await Send(call, signer.Sign(transaction, from)).ConfigureAwait(false);
    }

    /// <summary>Of anvil: for anybody, as if impersonated.</summary>
    private async ValueTask SendUnsigned(RpcCall call)
    {
        var (transaction, from) = Fill(call);
        await Send(call, transaction.WithSignature(Chain.Dev.Impersonation.SignatureOf(from), from))
            .ConfigureAwait(false);
    }

    private async ValueTask Send(RpcCall call, Transaction transaction)
    {
        PoolResult result = pool.Add(transaction);
        if (!result.IsAdded) throw EthTransactions.ErrorOf(result);
        if (miner is { IsInstant: true, Interval: null })
            await WaitForMiner(result.Hash, call.Cancellation).ConfigureAwait(false);
        call.Result.WriteDataValue(result.Hash.Bytes);
    }

    /// <summary>The receipt, as eth_sendRawTransactionSync gives it.</summary>
    private async ValueTask SendAndWait(RpcCall call)
    {
        var (transaction, from) = Fill(call);
        PoolResult result = pool.Add(signer.Sign(transaction, from));
        if (!result.IsAdded) throw EthTransactions.ErrorOf(result);
        await sending.WaitAndWrite(call, result.Hash).ConfigureAwait(false);
    }

    private async ValueTask WaitForMiner(Hash256 hash, CancellationToken cancellation)
    {
        long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!await waiter.Wait(hash, Look, cancellation).ConfigureAwait(false))
        {
            // One that has left the pool is on its way into the chain.
            bool isStuck = miner.IsIdle && pool.Find(hash) is not null;
            if (isStuck || !miner.IsInstant || Environment.TickCount64 > end) return;
        }
    }

    private void SignTransaction(RpcCall call)
    {
        var (transaction, from) = Fill(call);
        call.Result.WriteDataValue(signer.Sign(transaction, from).Encode());
    }

    private (Transaction Transaction, Address From) Fill(RpcCall call) =>
        call.Params.Get(0, json => filler.Fill(json, call.Cancellation));

    private void SignMessage(RpcCall call, int account, int message)
    {
        byte[] text = call.Params.Get(message, ReadMessage);
        call.Result.WriteDataValue(signer.Sign(DevSigner.HashMessage(text), call.Params.Address(account)));
    }

    /// <summary>Data, or any other text as it is.</summary>
    private static byte[] ReadMessage(JsonElement json) =>
        Hex.TryDecode(ValueReader.Text(json), out byte[] bytes)
            ? bytes
            : System.Text.Encoding.UTF8.GetBytes(json.GetString()!);
}
