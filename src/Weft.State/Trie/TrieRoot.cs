using Weft.Primitives;

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
