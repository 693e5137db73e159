using Weft.Primitives;
using Weft.Primitives.Rlp;

namespace Weft.State.Trie;

/// <summary>Roots of Merkle Patricia tries (Yellow Paper, appendix D) that are built once and not kept.</summary>
public static class TrieRoot
{
    /// <summary>Bytes of a key at most; bounds the recursion.</summary>
    public const int MaxKeySize = 64;

    /// <summary>The root over entries whose keys ascend strictly, bytewise.</summary>
    public static Hash256 Compute(ReadOnlySpan<TrieEntry> entries)
    {
        if (entries.IsEmpty) return Hash256.OfEmptyTrie;
        Check(entries);
        using var builder = new TrieBuilder(entries);
        return builder.Build();
    }

    /// <summary>The root of a list, whose keys are the RLP of the positions: transactions, receipts, withdrawals.</summary>
    public static Hash256 OfList(IReadOnlyList<ReadOnlyMemory<byte>> items)
    {
        using var keys = new RlpWriter();
        var ends = new int[items.Count];
        for (int i = 0; i < items.Count; i++)
        {
            keys.Write((ulong)Position(i, items.Count));
            ends[i] = keys.Length;
        }
        var bytes = keys.ToArray();
        var entries = new TrieEntry[items.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            int start = i == 0 ? 0 : ends[i - 1];
            entries[i] = new(bytes.AsMemory(start, ends[i] - start), items[Position(i, items.Count)]);
        }
        return Compute(entries);
    }

    /// <summary>The i-th position in the order of encodings: 0 is 0x80, after the single bytes 0x01 to 0x7f.</summary>
    private static int Position(int i, int count)
    {
        int placeOfZero = Math.Min(count - 1, 0x7f);
        return i < placeOfZero ? i + 1 : i == placeOfZero ? 0 : i;
    }

    private static void Check(ReadOnlySpan<TrieEntry> entries)
    {
        for (int i = 0; i < entries.Length; i++)
        {
            var key = entries[i].Key.Span;
            if (key.Length > MaxKeySize) throw new ArgumentException($"a key of {key.Length} bytes", nameof(entries));
            if (entries[i].Value.IsEmpty) throw new ArgumentException("an empty value", nameof(entries));
            if (i > 0 && entries[i - 1].Key.Span.SequenceCompareTo(key) >= 0)
                throw new ArgumentException("keys do not ascend", nameof(entries));
        }
    }
}
