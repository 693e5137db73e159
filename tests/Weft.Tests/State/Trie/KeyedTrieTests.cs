using Weft.Primitives;
using Weft.State.Trie;
using Xunit;

namespace Weft.Tests.State.Trie;

public class KeyedTrieTests
{
    /// <summary>Keys that differ in few nibbles, early, late or in between, with values so short that nodes are embedded
    /// in their parents, or long.</summary>
    [Theory]
    [InlineData(2, 3, 1)]
    [InlineData(3, 8, 3)]
    [InlineData(2, 40, 40)]
    [InlineData(6, 200, 70)]
    [InlineData(4, 60, 128)]
    public void Any_history_of_near_keys_gives_the_root_and_the_records_of_the_content(
        int alphabet, int keys, int longestValue)
    {
        for (int seed = 0; seed < 14; seed++)
        {
            var random = new Random(seed);
            string[] pool = RandomKeys(random, alphabet, keys);
            var content = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            using var trie = new KeyedTrie();
            for (int step = 0; step < 30; step++)
            {
                var changes = RandomChanges(random, pool, longestValue);
                foreach (var (key, value) in changes)
                {
                    if (value.Length > 0) content[key] = value;
                    else content.Remove(key);
                }
                Assert.True(RootOf(content) == trie.Update(changes), $"seed {seed}, step {step}");
                using var rebuilt = new KeyedTrie();
                rebuilt.Update(content);
                Assert.Equal(rebuilt.Store.Content(), trie.Store.Content());
            }
        }
    }

    [Fact]
    public void Embedded_branches_and_extensions_do_occur()
    {
        using var trie = new KeyedTrie();
        var content = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [new string('0', 62) + "00"] = [1],
            [new string('0', 62) + "01"] = [1],
            [new string('0', 60) + "1000"] = [1],
            [new string('0', 60) + "1011"] = [1],
            ["1" + new string('0', 63)] = [2],
        };
        Assert.Equal(RootOf(content), trie.Update(content));
        Assert.Equal(4, trie.Store.Content().Count);
        content[new string('0', 62) + "01"] = [];
        trie.Update(content);
        Assert.Equal(3, trie.Store.Content().Count);
    }

    private static Hash256 RootOf(SortedDictionary<string, byte[]> content) =>
        TrieRoot.Compute([.. content.Select(x => new TrieEntry(Convert.FromHexString(x.Key), x.Value))]);

    private static SortedDictionary<string, byte[]> RandomChanges(Random random, string[] pool, int longestValue)
    {
        var changes = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        int count = random.Next(1, random.Next(2) == 0 ? 4 : pool.Length);
        bool deletesMuch = random.Next(3) == 0;
        for (int i = 0; i < count; i++)
        {
            bool isDeletion = random.Next(10) < (deletesMuch ? 8 : 3);
            byte[] value = new byte[isDeletion ? 0 : random.Next(1, longestValue + 1)];
            random.NextBytes(value);
            changes[pool[random.Next(pool.Length)]] = value;
        }
        return changes;
    }

    private static string[] RandomKeys(Random random, int alphabet, int count)
    {
        string prefix = string.Concat(Enumerable.Range(0, random.Next(63)).Select(_ => $"{random.Next(16):x}"));
        var keys = new string[count];
        foreach (ref string key in keys.AsSpan())
        {
            int shared = random.Next(4) == 0 ? random.Next(prefix.Length + 1) : prefix.Length;
            bool isLate = random.Next(2) == 0;
            key = prefix[..shared];
            while (key.Length < 64)
            {
                bool isFree = !isLate || key.Length > 60;
                key += isFree ? $"{random.Next(alphabet):x}" : "0";
            }
        }
        return keys;
    }
}
