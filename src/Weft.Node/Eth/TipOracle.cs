using Weft.Node.Rpc;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Node.Eth;

/// <summary>
/// Suggests a priority fee: the 60th percentile of the lowest tips of the last 20 blocks, as geth does. Computed once
/// for a head. Safe on any thread. </summary>
internal sealed class TipOracle(ChainReader reader)
{
    private const int Blocks = 20, TipsPerBlock = 3, Percentile = 60;
    private const ulong Default = 1_000_000_000;

    private sealed record Suggestion(Hash256 Head, UInt256 Tip);

    private static readonly UInt256 Ignored = 2, Max = 500_000_000_000;

    private volatile Suggestion? _last;

    public UInt256 Suggest()
    {
        BlockHeader head = reader.Chain.Head;
        if (_last is { } last && last.Head == head.Hash) return last.Tip;
        var suggestion = new Suggestion(head.Hash, Compute(head));
        _last = suggestion;
        return suggestion.Tip;
    }

    /// <summary>What the fee recipient gets per gas.</summary>
    public static UInt256 TipOf(Transaction transaction, BlockHeader header)
    {
        UInt256 baseFee = header.BaseFeePerGas ?? UInt256.Zero;
        return EffectiveGasPrice.Of(transaction, baseFee) - baseFee;
    }

    private UInt256 Compute(BlockHeader head)
    {
        var tips = new List<UInt256>();
        for (ulong n = head.Number, oldest = n < Blocks ? 0 : n - Blocks; n > oldest; n--)
            if (reader.FindBlock(BlockId.Of(n), withSenders: false) is { } block) AddLowest(block, tips);
        if (tips.Count == 0) return Default;
        tips.Sort();
        UInt256 tip = tips[(tips.Count - 1) * Percentile / 100];
        return tip > Max ? Max : tip;
    }

    private static void AddLowest(Block block, List<UInt256> tips)
    {
        int count = tips.Count;
        foreach (Transaction transaction in block.Transactions)
        {
            UInt256 tip = TipOf(transaction, block.Header);
            if (tip < Ignored) continue;
            int at = tips.BinarySearch(count, tips.Count - count, tip, null);
            tips.Insert(at < 0 ? ~at : at, tip);
            if (tips.Count - count > TipsPerBlock) tips.RemoveAt(tips.Count - 1);
        }
    }
}
