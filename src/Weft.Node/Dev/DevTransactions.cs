using System.Text;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Node.Eth;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Crypto;
using Weft.Primitives.Transactions;

namespace Weft.Node.Dev;

/// <summary>Methods that sign: eth_accounts, eth_sendTransaction, eth_sign and what belongs to them.</summary>
internal sealed class DevTransactions(
    ChainReader reader, TransactionPool pool, CallExecutor calls, EthFees fees, IReadOnlyList<DevAccount> accounts,
    Impersonation impersonation)
{
    public void AddTo(RpcMethods methods)
    {
        methods.Add("eth_accounts", WriteAccounts);
        methods.AddHeavy("eth_sendTransaction", Send);
        methods.AddHeavy("eth_sendUnsignedTransaction", Send);
        methods.AddHeavy("eth_signTransaction", call => call.Result.WriteDataValue(Complete(call).Encode()));
        methods.Add("eth_sign", call => Sign(call, call.Params.Address(0), call.Params.Data(1)));
        methods.Add("personal_sign", call => Sign(call, call.Params.Address(1), call.Params.Data(0)));
        foreach (string prefix in (ReadOnlySpan<string>)["anvil", "hardhat"])
        {
            methods.Add(
                $"{prefix}_impersonateAccount",
                call => Act(call, () => impersonation.Start(call.Params.Address(0))));
            methods.Add(
                $"{prefix}_stopImpersonatingAccount",
                call => Act(call, () => impersonation.Stop(call.Params.Address(0))));
        }
        methods.Add(
            "anvil_autoImpersonateAccount",
            call => Act(call, () => impersonation.IsForAll = call.Params.Boolean(0)));
    }

    private static void Act(RpcCall call, Action action)
    {
        action();
        call.Result.WriteNullValue();
    }

    private void WriteAccounts(RpcCall call)
    {
        call.Result.WriteStartArray();
        foreach (DevAccount account in accounts) call.Result.WriteDataValue(account.Address.Bytes);
        call.Result.WriteEndArray();
    }

    private void Send(RpcCall call)
    {
        PoolResult result = pool.Add(Complete(call));
        if (!result.IsAdded) throw EthTransactions.ErrorOf(result);
        call.Result.WriteDataValue(result.Hash.Bytes);
    }

    /// <summary>Fills in what the request leaves open, and signs.</summary>
    private Transaction Complete(RpcCall call)
    {
        CallRequest request = call.Params.Get(0, CallReader.Read);
        bool names = call.Params.Get(0, json => ValueReader.TryGet(json, "from", out _));
        Address sender = names || accounts.Count == 0 ? request.From : accounts[0].Address;
        DevAccount? account = accounts.FirstOrDefault(known => known.Address == sender);
        if (account is null && !impersonation.Includes(sender))
            throw new JsonRpcException(JsonRpcError.ServerError, $"unknown account {sender}: no signer available");
        Transaction unsigned = Fill(call, request with { From = sender });
        return account is null ? Impersonation.Sign(unsigned, sender) : unsigned.SignedBy(account.PrivateKey);
    }

    private Transaction Fill(RpcCall call, CallRequest request)
    {
        bool isLegacy = request.GasPrice is not null;
        UInt256 tip = request.MaxPriorityFeePerGas ?? fees.Tip;
        UInt256 baseFee = reader.Chain.Head.BaseFeePerGas ?? UInt256.Zero;
        UInt256 cap = request.MaxFeePerGas ?? baseFee * 2 + tip;
        return new()
        {
            Type = !isLegacy ? TransactionType.DynamicFee
                : request.AccessList is null ? TransactionType.Legacy : TransactionType.AccessList,
            ChainId = reader.Chain.Spec.Forks.ChainId,
            Nonce = request.Nonce ?? pool.GetNextNonce(request.From),
            GasPrice = request.GasPrice ?? UInt256.Zero,
            MaxFeePerGas = isLegacy ? UInt256.Zero : cap,
            MaxPriorityFeePerGas = isLegacy ? UInt256.Zero : tip > cap ? cap : tip,
            GasLimit = request.Gas ?? Estimate(call, request),
            To = request.To, Value = request.Value, Data = request.Data, AccessList = request.AccessList ?? [],
        };
    }

    /// <summary>A call that reverts is refused here, with the reason, as tools expect of a local node.</summary>
    private ulong Estimate(RpcCall call, CallRequest request)
    {
        using ChainSnapshot state = reader.OpenSnapshot(BlockId.Pending);
        GasEstimate estimate = calls.EstimateGas(state, request with { Nonce = null }, null, call.Cancellation);
        return EthCalls.Require(estimate);
    }

    /// <summary>EIP-191, version 0x45.</summary>
    private void Sign(RpcCall call, Address address, byte[] message)
    {
        DevAccount account = accounts.FirstOrDefault(known => known.Address == address)
            ?? throw new JsonRpcException(JsonRpcError.ServerError, $"unknown account {address}: no signer available");
        byte[] prefix = Encoding.ASCII.GetBytes($"\u0019Ethereum Signed Message:\n{message.Length}");
        Signature signature = Secp256k1.Sign(Keccak.Hash([.. prefix, .. message]), account.PrivateKey);
        Span<byte> bytes = stackalloc byte[65];
        signature.R.WriteBigEndian(bytes[..32]);
        signature.S.WriteBigEndian(bytes[32..64]);
        bytes[64] = (byte)(27 + signature.YParity);
        call.Result.WriteDataValue(bytes);
    }
}
