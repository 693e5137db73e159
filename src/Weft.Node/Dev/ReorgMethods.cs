using System.Text.Json;
using Weft.Chain.Dev;
using Weft.Chain.Live;
using Weft.Node.Eth;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Node.Dev;

/// <summary>anvil_reorg: the last blocks are replaced by as many others, so that whoever follows the chain can be
/// tested against that. The new ones hold nothing but the transactions that are given for them.</summary>
internal sealed class ReorgMethods(DevState state, ChainReader reader, TransactionFiller filler, DevSigner signer)
{
    /// <summary>Blocks of one call. Each is a real block.</summary>
    private const ulong DepthMax = 10_000;

    public void AddTo(RpcMethods methods) => methods.AddCommand(Reorganise, "anvil_reorg");

    /// <summary>Depth, then pairs of a transaction and the new block that it belongs to, from 0 on; or both in an
    /// object, as libraries send them.</summary>
    private void Reorganise(RpcCall call)
    {
        bool isObject = call.Params.Has(0) && call.Params[0].ValueKind == JsonValueKind.Object;
        ulong depth = isObject
            ? call.Params.Get(0, json => ValueReader.Required(json, "depth", ValueReader.LenientQuantity64))
            : call.Params.Get(0, ValueReader.LenientQuantity64);
        ulong head = reader.Chain.Head.Number, length = head - reader.Chain.Spec.Genesis.Header.Number;
        if (depth > length || depth > DepthMax)
            throw new ArgumentException($"depth {depth}: at most {Math.Min(length, DepthMax)} blocks can be replaced");
        List<Transaction>[] blocks = [.. Enumerable.Range(0, (int)depth).Select(_ => new List<Transaction>())];
        // Everything is read before anything is undone.
        if (isObject) call.Params.Get(0, json => Read(Pairs(json), blocks, head - depth, call.Cancellation));
        else if (call.Params.Has(1)) call.Params.Get(1, json => Read(json, blocks, head - depth, call.Cancellation));
        state.Reorganise(blocks);
    }

    private static JsonElement Pairs(JsonElement json) =>
        ValueReader.TryGet(json, "tx_block_pairs", out JsonElement pairs)
            || ValueReader.TryGet(json, "txBlockPairs", out pairs)
            ? pairs
            : default;

    private bool Read(JsonElement pairs, List<Transaction>[] blocks, ulong ancestor, CancellationToken cancellation)
    {
        if (pairs.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return true;
        if (pairs.ValueKind != JsonValueKind.Array)
            throw new FormatException("pairs of transactions and blocks expected");
        using ChainSnapshot before = reader.OpenSnapshot(BlockId.Of(ancestor));
        var nonces = new Dictionary<Address, ulong>();
        foreach (JsonElement pair in pairs.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2)
                throw new FormatException("a transaction and the number of its new block expected");
            ulong block = ValueReader.LenientQuantity64(pair[1]);
            if (block >= (ulong)blocks.Length)
                throw new FormatException($"new block {block}: there are {blocks.Length}, from 0 on");
            blocks[block].Add(Read(pair[0], before, nonces, cancellation));
        }
        return true;
    }

    /// <summary>Signed already, or to be filled in upon the block before the first one that goes.</summary>
    private Transaction Read(
        JsonElement json, ChainSnapshot before, Dictionary<Address, ulong> nonces, CancellationToken cancellation)
    {
        if (json.ValueKind == JsonValueKind.String)
            return Transaction.TryDecode(ValueReader.Data(json), out Transaction raw, out var error)
                ? raw
                : throw new FormatException($"not a transaction: {error}");
        var (transaction, from) = filler.Fill(json, cancellation, (before, nonces));
        return signer.Sign(transaction, from);
    }
}
