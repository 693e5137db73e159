using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Weft.State.Trie;
using Weft.Tests.Primitives;
using Xunit;

namespace Weft.Tests.State.Trie;

public class TrieRootTests
{
    [Fact]
    public void No_entries_have_the_empty_root() => Assert.Equal(Hash256.OfEmptyTrie, TrieRoot.Compute([]));

    [Fact]
    public void Roots_of_random_contents_are_those_of_the_definition()
    {
        for (int seed = 0; seed < 600; seed++)
        {
            var content = RandomContent(new(seed));
            var entries = content.OrderBy(x => x.Key, StringComparer.Ordinal)
                .Select(x => new TrieEntry(Convert.FromHexString(x.Key), x.Value)).ToArray();
            var expected = NaiveTrie.Root(content.Select(x => (Convert.FromHexString(x.Key), x.Value)));
            Assert.True(expected == TrieRoot.Compute(entries), $"seed {seed}");
        }
    }

    [Fact]
    public void Roots_of_lists_agree_with_those_of_block_bodies()
    {
        var random = new Random(1);
        foreach (int count in (int[])[0, 1, 2, 16, 17, 127, 128, 129, 300])
        {
            var items = new ReadOnlyMemory<byte>[count];
            foreach (ref var item in items.AsSpan()) item = Bytes(random, random.Next(1, 80));
            var entries = items.Select((item, i) => new TrieEntry(Encoded(i), item))
                .OrderBy(entry => Convert.ToHexString(entry.Key.Span), StringComparer.Ordinal).ToArray();
            Assert.Equal(ListRoot.OfEncoded(items), TrieRoot.Compute(entries));
        }
    }

    [Fact]
    public void Keys_of_the_greatest_length_that_share_all_but_the_last_nibble_do_not_exhaust_the_stack()
    {
        var entries = new List<TrieEntry>();
        var content = new List<(byte[], byte[])>();
        for (int length = 1; length <= TrieRoot.MaxKeySize; length++)
        {
            entries.Add(new(new byte[length], new byte[] { 1 }));
            content.Add((new byte[length], [1]));
        }
        Assert.Equal(NaiveTrie.Root(content), TrieRoot.Compute(entries.ToArray()));
    }

    [Theory]
    [InlineData("02", "01")]
    [InlineData("01", "01")]
    [InlineData("0100", "01")]
    public void Keys_that_do_not_ascend_are_refused(string first, string second) =>
        Assert.Throws<ArgumentException>(() => TrieRoot.Compute([Entry(first), Entry(second)]));

    [Fact]
    public void Empty_values_and_long_keys_are_refused()
    {
        Assert.Throws<ArgumentException>(() => TrieRoot.Compute([new(new byte[1], default)]));
        Assert.Throws<ArgumentException>(() => TrieRoot.Compute([new(new byte[65], new byte[1])]));
    }

    [Fact]
    public void Keys_sort_by_all_bytes_where_the_first_eight_agree()
    {
        var random = new Random(3);
        var entries = new TrieEntry[500];
        foreach (ref var entry in entries.AsSpan())
        {
            byte[] key = new byte[32];
            key[7] = (byte)random.Next(3);
            random.NextBytes(key.AsSpan(8));
            entry = new(key, key);
        }
        SecureTrie.Sort(entries);
        for (int i = 1; i < entries.Length; i++)
            Assert.True(entries[i - 1].Key.Span.SequenceCompareTo(entries[i].Key.Span) < 0);
        Assert.All(entries, entry => Assert.Equal(entry.Key, entry.Value));
    }

    private static TrieEntry Entry(string key) => new(Convert.FromHexString(key), new byte[] { 1 });

    /// <summary>Few different bytes, so that prefixes are shared and keys are prefixes of others; short values, so that
    /// nodes are embedded.</summary>
    private static Dictionary<string, byte[]> RandomContent(Random random)
    {
        var content = new Dictionary<string, byte[]>();
        int fixedLength = random.Next(2) == 0 ? 32 : 0;
        byte[] alphabet = Bytes(random, random.Next(2, 5));
        for (int i = random.Next(40); i >= 0; i--)
        {
            byte[] key = new byte[fixedLength > 0 ? fixedLength : random.Next(6)];
            foreach (ref byte b in key.AsSpan()) b = alphabet[random.Next(alphabet.Length)];
            int longest = random.Next(2) == 0 ? 3 : 70;
            content[Convert.ToHexString(key)] = Bytes(random, random.Next(1, longest + 1));
        }
        return content;
    }

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Encoded(int index)
    {
        using var writer = new RlpWriter();
        writer.Write((ulong)index);
        return writer.ToArray();
    }
}
