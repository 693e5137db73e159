using Weft.Primitives;
using Weft.State.Trie;
using Weft.State.Verification;
using Xunit;

namespace Weft.Tests.State.Verification;

public sealed class SortedTrieTests
{
    [Fact]
    public void Root_is_that_of_the_trie_built_at_once()
    {
        var random = new Random(11);
        using var trie = new SortedTrie();
        for (int round = 0; round < 2000; round++)
        {
            var entries = RandomEntries(random, random.Next(round % 10 == 0 ? 400 : 12));
            foreach (var (key, value) in entries) trie.Add(key, value);

            var expected = TrieRoot.Compute(
                entries.Select(entry => new TrieEntry(entry.Key.Bytes.ToArray(), entry.Value)).ToArray());
            Assert.Equal(expected, trie.Finish());
        }
    }

    /// <summary>Keys that share prefixes of any length, and values so short that nodes lie inside their parents.</summary>
    private static SortedDictionary<Hash256, byte[]> RandomEntries(Random random, int count)
    {
        var entries = new SortedDictionary<Hash256, byte[]>();
        var bytes = new byte[32];
        for (int i = 0; i < count; i++)
        {
            int keep = random.Next(33);
            random.NextBytes(bytes.AsSpan(keep));
            if (random.Next(2) == 0 && keep < 32) bytes[keep] = (byte)(bytes[keep] & 0x0f);
            var value = new byte[random.Next(1, random.Next(2) == 0 ? 3 : 110)];
            random.NextBytes(value);
            entries[new Hash256(bytes)] = value;
        }
        return entries;
    }
}
