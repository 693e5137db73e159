using Weft.Primitives;
using Weft.State.Trie;
using Xunit;

namespace Weft.Tests.State.Trie;

public class NodeSetTests
{
    /// <summary>Against a dictionary of records and a set of owners.</summary>
    [Fact]
    public void Any_sequence_of_writes_reads_as_a_dictionary_does()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            using NodeSet set = new(), later = new();
            Dictionary<NodeKey, byte[]> model = [], laterModel = [];
            HashSet<Hash256> cleared = [], laterCleared = [];
            for (int step = 0; step < 300; step++)
            {
                int choice = random.Next(40);
                if (choice == 0) Clear(later, laterModel, laterCleared, OwnerOf(random));
                else if (choice == 1) Clear(set, model, cleared, OwnerOf(random));
                else if (choice == 2)
                {
                    set.Merge(later);
                    foreach (var owner in laterCleared) Forget(model, cleared, owner);
                    foreach (var (key, record) in laterModel) model[key] = record;
                    laterModel.Clear();
                    laterCleared.Clear();
                }
                else if (choice < 20) Write(random, later, laterModel);
                else Write(random, set, model);
            }
            Check(set, model, cleared);
            Check(later, laterModel, laterCleared);
        }
    }

    [Fact]
    public void Records_that_are_replaced_over_and_over_do_not_fill_the_memory()
    {
        using var set = new NodeSet();
        byte[] record = new byte[3000];
        for (int i = 0; i < 20_000; i++)
        {
            record[0] = (byte)i;
            set.Set(NodeKey.OfAccounts(default, i % 8), record);
        }
        Assert.Equal((8, 8 * 3000L), (set.Count, set.Size));
        var read = new byte[NodeRecord.MaxSize];
        Assert.True(set.TryRead(NodeKey.OfAccounts(default, 7), read, out int length));
        Assert.Equal((3000, 19_999 & 255), (length, read[0]));
    }

    [Fact]
    public void Keys_are_cut_and_written_as_their_nibbles()
    {
        var random = new Random(1);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = new byte[32];
            random.NextBytes(bytes);
            int length = random.Next(64);
            var key = NodeKey.OfAccounts(new(bytes), length);
            string hex = Convert.ToHexString(bytes)[..length];
            Assert.Equal(hex.PadRight(64, '0'), Convert.ToHexString(key.Path.Bytes));
            byte[] written = new byte[NodeKey.MaxSize];
            int size = key.WriteTo(written);
            string path = hex.Length % 2 == 0 ? hex : hex + "0";
            Assert.Equal($"{path}{length:X2}", Convert.ToHexString(written, 0, size));
        }
    }

    private static void Write(Random random, NodeSet set, Dictionary<NodeKey, byte[]> model)
    {
        var key = KeyOf(random);
        byte[] record = new byte[random.Next(4) == 0 ? 0 : random.Next(1, 900)];
        random.NextBytes(record);
        set.Set(key, record);
        model[key] = record;
    }

    private static void Clear(
        NodeSet set, Dictionary<NodeKey, byte[]> model, HashSet<Hash256> cleared, Hash256 owner)
    {
        set.ClearOwner(owner);
        Forget(model, cleared, owner);
    }

    private static void Forget(Dictionary<NodeKey, byte[]> model, HashSet<Hash256> cleared, Hash256 owner)
    {
        cleared.Add(owner);
        foreach (var key in model.Keys.Where(key => key.IsStorage && key.Owner == owner).ToArray()) model.Remove(key);
    }

    private static void Check(NodeSet set, Dictionary<NodeKey, byte[]> model, HashSet<Hash256> cleared)
    {
        Assert.Equal((model.Count, model.Values.Sum(x => (long)x.Length)), (set.Count, set.Size));
        Assert.Equal(cleared.Order(), set.ClearedOwners.Order());
        var random = new Random(0);
        Span<byte> read = stackalloc byte[NodeRecord.MaxSize];
        for (int i = 0; i < 400; i++)
        {
            var key = KeyOf(random);
            bool isKnown = model.TryGetValue(key, out var record);
            bool isCleared = key.IsStorage && cleared.Contains(key.Owner);
            Assert.Equal(isKnown || isCleared, set.TryRead(key, read, out int length));
            Assert.Equal(record ?? [], read[..length].ToArray());
        }
        var listed = new List<(NodeKey Key, byte[] Record)>();
        set.ForEachSorted((in NodeKey key, ReadOnlySpan<byte> bytes) => listed.Add((key, bytes.ToArray())));
        Assert.Equal(model.Count, listed.Count);
        Assert.All(listed, x => Assert.Equal(model[x.Key], x.Record));
        var names = listed.Select(x => Name(x.Key)).ToArray();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }

    private static string Name(NodeKey key)
    {
        Span<byte> bytes = stackalloc byte[NodeKey.MaxSize];
        return (key.IsStorage ? "1" : "0") + Convert.ToHexString(bytes[..key.WriteTo(bytes)]);
    }

    private static Hash256 OwnerOf(Random random) => Keccak.Hash([(byte)random.Next(4)]);

    private static NodeKey KeyOf(Random random)
    {
        var path = Keccak.Hash([(byte)random.Next(20)]);
        int length = random.Next(5);
        return random.Next(2) == 0
            ? NodeKey.OfAccounts(path, length) : NodeKey.OfStorage(OwnerOf(random), path, length);
    }
}
