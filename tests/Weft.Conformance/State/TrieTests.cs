using System.Text;
using System.Text.Json;
using Weft.Primitives;
using Weft.State.Trie;
using Xunit;

namespace Weft.Conformance.State;

/// <summary>TrieTests of ethereum/tests: insertions and deletions in order, then the root.</summary>
public class TrieTests
{
    [Theory]
    [InlineData("trietest.json", false, 5)]
    [InlineData("trieanyorder.json", false, 7)]
    [InlineData("trietest_secureTrie.json", true, 3)]
    [InlineData("trieanyorder_secureTrie.json", true, 7)]
    [InlineData("hex_encoded_securetrie_test.json", true, 3)]
    public void Roots_are_those_of_the_official_tests(string file, bool isSecure, int least)
    {
        using var archive = Fixtures.OpenZip("ethereum-tests/TrieTests.zip");
        if (archive is null) return;
        using var stream = archive.GetEntry($"TrieTests/{file}")!.Open();
        using var json = JsonDocument.Parse(stream);
        int count = 0;
        foreach (var test in json.RootElement.EnumerateObject())
        {
            var expected = Hash256.Parse(test.Value.GetProperty("root").GetString()!);
            Assert.True(expected == RootOf(test.Value.GetProperty("in"), isSecure), test.Name);
            count++;
        }
        Assert.True(count >= least, $"{file} has {count} tests");
    }

    private static Hash256 RootOf(JsonElement operations, bool isSecure)
    {
        var content = new SortedDictionary<string, TrieEntry>(StringComparer.Ordinal);
        foreach (var (keyText, valueText) in Operations(operations))
        {
            byte[] key = Bytes(keyText);
            if (isSecure) key = Keccak.Hash(key).Bytes.ToArray();
            string order = Convert.ToHexString(key);
            if (valueText is null) content.Remove(order);
            else content[order] = new(key, Bytes(valueText));
        }
        return TrieRoot.Compute([.. content.Values]);
    }

    private static IEnumerable<(string Key, string? Value)> Operations(JsonElement operations) =>
        operations.ValueKind == JsonValueKind.Array
            ? operations.EnumerateArray().Select(pair => (pair[0].GetString()!, pair[1].GetString()))
            : operations.EnumerateObject().Select(pair => (pair.Name, pair.Value.GetString()));

    private static byte[] Bytes(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) && Hex.TryDecode(text, out var bytes)
            ? bytes
            : Encoding.UTF8.GetBytes(text);
}
