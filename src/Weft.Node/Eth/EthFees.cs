using System.Text.Json;
using Weft.Chain.Live;
using Weft.Chain.Validation;
using Weft.Evm;
using Weft.Execution;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Node.Eth;

/// <summary>eth_ methods about what a transaction should pay.</summary>
internal sealed class EthFees(ChainReader reader)
{
    private const ulong MaxBlocks = 1024;
    private const int MaxPercentiles = 100;

    private readonly TipOracle _tips = new(reader);

    public void AddTo(RpcMethods methods)
    {
        methods.Add("eth_gasPrice", call => call.Result.WriteQuantityValue(GasPrice));
        methods.Add("eth_maxPriorityFeePerGas", call => call.Result.WriteQuantityValue(_tips.Suggest()));
        methods.Add("eth_baseFee", call => call.Result.WriteQuantityValue(BaseFee.After(reader.Chain.Head)));
        methods.Add("eth_blobBaseFee", call => call.Result.WriteQuantityValue(NextBlobFee(reader.Chain.Head)));
        methods.AddHeavy("eth_feeHistory", WriteHistory);
    }

    /// <summary>Enough for the next block.</summary>
    public UInt256 GasPrice => _tips.Suggest() + (reader.Chain.Head.BaseFeePerGas ?? UInt256.Zero);

    public UInt256 Tip => _tips.Suggest();

    /// <summary>What blob gas costs in the block after; zero where there is none.</summary>
    private UInt256 NextBlobFee(BlockHeader parent)
    {
        ForkRules rules = reader.Chain.RulesAfter(parent, parent.Timestamp + 1);
        return rules.Blobs is { } schedule
            ? BlobGas.BaseFee(BlobGas.NextExcess(parent, rules), schedule)
            : UInt256.Zero;
    }

    private void WriteHistory(RpcCall call)
    {
        ulong count = Math.Min(call.Params.Get(0, ValueReader.LenientQuantity64), MaxBlocks);
        BlockHeader last = reader.GetHeader(call.Params.BlockNumber(1));
        double[] percentiles = call.Params.Get(2, ReadPercentiles, []);
        count = Math.Min(count, last.Number + 1);
        var headers = new List<BlockHeader>();
        for (ulong n = last.Number + 1 - count; n < last.Number; n++)
            headers.Add(reader.GetHeader(BlockId.Of(n)));
        if (count > 0) headers.Add(last);
        Write(call, headers, last.Number + 1 - count, percentiles);
    }

    private void Write(RpcCall call, List<BlockHeader> headers, ulong first, double[] percentiles)
    {
        Utf8JsonWriter writer = call.Result;
        writer.WriteStartObject();
        writer.WriteQuantity("oldestBlock"u8, headers.Count == 0 ? 0 : first);
        if (percentiles.Length > 0 && headers.Count > 0)
        {
            writer.WriteStartArray("reward"u8);
            foreach (BlockHeader header in headers) WriteRewards(call, header, percentiles);
            writer.WriteEndArray();
        }
        if (headers.Count > 0) WriteFees(writer, headers);
        writer.WriteStartArray("gasUsedRatio"u8);
        foreach (BlockHeader header in headers) writer.WriteNumberValue(Ratio(header.GasUsed, header.GasLimit));
        writer.WriteEndArray();
        writer.WriteStartArray("blobGasUsedRatio"u8);
        foreach (BlockHeader header in headers)
            writer.WriteNumberValue(Ratio(header.BlobGasUsed ?? 0, BlobGas.Limit(reader.RulesOf(header))));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>One more than there are blocks: the next one's is known.</summary>
    private void WriteFees(Utf8JsonWriter writer, List<BlockHeader> headers)
    {
        writer.WriteStartArray("baseFeePerGas"u8);
        foreach (BlockHeader header in headers) writer.WriteQuantityValue(header.BaseFeePerGas ?? UInt256.Zero);
        writer.WriteQuantityValue(
            headers[^1].BaseFeePerGas is null ? UInt256.Zero : BaseFee.After(headers[^1]));
        writer.WriteEndArray();
        writer.WriteStartArray("baseFeePerBlobGas"u8);
        foreach (BlockHeader header in headers)
            writer.WriteQuantityValue(
                header.ExcessBlobGas is { } excess && reader.RulesOf(header).Blobs is { } schedule
                    ? BlobGas.BaseFee(excess, schedule)
                    : UInt256.Zero);
        writer.WriteQuantityValue(NextBlobFee(headers[^1]));
        writer.WriteEndArray();
    }

    /// <summary>Tips at percentiles of the gas of the block.</summary>
    private void WriteRewards(RpcCall call, BlockHeader header, double[] percentiles)
    {
        call.Cancellation.ThrowIfCancellationRequested();
        call.Result.WriteStartArray();
        var tips = reader.FindWithReceipts(header.Hash) is { } block ? SortedTips(block) : [];
        ulong sum = 0;
        int at = 0;
        foreach (double percentile in percentiles)
        {
            ulong threshold = (ulong)(header.GasUsed * percentile / 100);
            while (at < tips.Count && (sum + tips[at].Gas < threshold) && at < tips.Count - 1) sum += tips[at++].Gas;
            call.Result.WriteQuantityValue(tips.Count == 0 ? UInt256.Zero : tips[at].Tip);
        }
        call.Result.WriteEndArray();
    }

    private static List<(UInt256 Tip, ulong Gas)> SortedTips(ChainBlock block)
    {
        var tips = new List<(UInt256 Tip, ulong Gas)>();
        ulong before = 0;
        for (int i = 0; i < block.Receipts.Count; i++)
        {
            ulong cumulative = block.Receipts[i].CumulativeGasUsed;
            tips.Add((TipOracle.TipOf(block.Block.Transactions[i], block.Block.Header), cumulative - before));
            before = cumulative;
        }
        tips.Sort((a, b) => a.Tip.CompareTo(b.Tip));
        return tips;
    }

    private static double[] ReadPercentiles(JsonElement json)
    {
        double[] percentiles = [.. ValueReader.List(
            json, item => item.ValueKind == JsonValueKind.Number && item.TryGetDouble(out double value)
                ? value
                : throw ValueReader.WrongKind(item, "float64"))];
        if (percentiles.Length > MaxPercentiles)
            throw new FormatException($"over the query limit {MaxPercentiles}");
        for (int i = 0; i < percentiles.Length; i++)
            if (!(percentiles[i] is >= 0 and <= 100) || i > 0 && percentiles[i] < percentiles[i - 1])
                throw new FormatException($"invalid reward percentile: {percentiles[i]}");
        return percentiles;
    }

    private static double Ratio(ulong part, ulong whole) => whole == 0 ? 0 : part / (double)whole;
}
