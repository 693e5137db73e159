using System.Text.Json;
using Weft.Chain;
using Weft.Chain.Live;
using Weft.Evm;
using Weft.Execution;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Node.Engine;

/// <summary>engine_newPayloadV1 to V4: validates and executes a payload; it becomes the head by
/// <see cref="Forkchoice"/> only.</summary>
internal sealed class NewPayload(LiveChain chain)
{
    public void AddTo(RpcMethods methods)
    {
        methods.AddHeavy("engine_newPayloadV1", call => Run(call, 1));
        methods.AddHeavy("engine_newPayloadV2", call => Run(call, 2));
        methods.AddHeavy("engine_newPayloadV3", call => Run(call, 3));
        methods.AddHeavy("engine_newPayloadV4", call => Run(call, 4));
    }

    private void Run(RpcCall call, int version)
    {
        JsonElement json = call.Params[0];
        if (json.ValueKind != JsonValueKind.Object)
            throw new JsonRpcException(JsonRpcError.InvalidParams, "invalid argument 0: not a payload");
        ulong timestamp = call.Params.Get(0, p => ValueReader.Required(p, "timestamp", ValueReader.Quantity64));
        ForkRules rules = chain.Spec.Forks.RulesAt(ulong.MaxValue, timestamp);
        CheckVersion(version, rules, call.Params.Get(0, PayloadReader.FormOf));
        IReadOnlyList<Hash256>? hashes = version < 3
            ? null
            : call.Params.Get(1, list => ValueReader.List(list, ValueReader.Hash));
        Hash256? beaconRoot = version < 3 ? null : call.Params.Hash(2);
        var requests = version < 4 ? null : call.Params.Get(3, PayloadReader.ReadRequests);
        ReadPayload payload = call.Params.Get(0, p => PayloadReader.Read(p, beaconRoot, requests));
        Judge(payload, hashes, version).Write(call.Result);
    }

    private static void CheckVersion(int version, ForkRules rules, (bool Withdrawals, bool BlobGas) form)
    {
        var (needsWithdrawals, needsBlobGas) = (rules.Withdrawals, rules.Blobs is not null);
        bool isRightVersion = version switch
        {
            1 => !form.Withdrawals && !form.BlobGas && !needsWithdrawals,
            2 => !needsBlobGas,
            3 => needsBlobGas && !rules.Requests,
            _ => rules.Requests,
        };
        if (version >= 3 && (!form.Withdrawals || !form.BlobGas))
            throw Invalid(form.Withdrawals ? "missing blob gas fields" : "missing withdrawals");
        if (!isRightVersion && version >= 2 && !(version == 2 && form.BlobGas))
            throw new JsonRpcException(
                EngineError.UnsupportedFork, $"newPayloadV{version} called for a payload of {rules.Fork}");
        if (!isRightVersion) throw Invalid($"newPayloadV{version} called for a payload of another version");
        if (version == 2 && form.Withdrawals != needsWithdrawals)
            throw Invalid(form.Withdrawals ? "withdrawals before Shanghai" : "missing withdrawals");
        if (version == 2 && form.BlobGas) throw Invalid("blob gas fields before Cancun");
    }

    private static JsonRpcException Invalid(string reason) => new(JsonRpcError.InvalidParams, reason);

    private PayloadStatus Judge(ReadPayload payload, IReadOnlyList<Hash256>? hashes, int version)
    {
        if (payload.Block is not { } block) return PayloadStatus.Invalid(null, payload.Error!);
        if (block.Header.Hash != payload.BlockHash)
        {
            string reason = $"the block has the hash {block.Header.Hash}, not {payload.BlockHash}";
            return version == 1 ? PayloadStatus.InvalidBlockHash(reason) : PayloadStatus.Invalid(null, reason);
        }
        if (hashes is not null && !HasBlobs(block, hashes))
            return PayloadStatus.Invalid(null, "the blob hashes of the transactions are not those that were given");
        return StatusOf(chain.Accept(block), payload.BlockHash);
    }

    private static bool HasBlobs(Block block, IReadOnlyList<Hash256> hashes) =>
        block.Transactions.SelectMany(transaction => transaction.BlobVersionedHashes).SequenceEqual(hashes);

    private PayloadStatus StatusOf(ImportResult result, in Hash256 hash) => result.Status switch
    {
        ImportStatus.Invalid => PayloadStatus.Invalid(
            chain.FindInvalid(hash)?.LatestValid ?? result.Header.ParentHash,
            Describe(result.Result)),
        ImportStatus.UnknownParent => PayloadStatus.Syncing,
        _ => PayloadStatus.Valid(hash),
    };

    public static string Describe(BlockResult result) => result.Error == BlockError.InvalidTransaction
        ? $"transaction {result.TransactionIndex}: {result.TransactionError} {result.Detail}".TrimEnd()
        : $"{result.Error}: {result.Detail}".TrimEnd(' ', ':');
}
