using Weft.State.Overlay;
using Xunit;

namespace Weft.Tests.State.Overlay;

public class EntryTableTests
{
    [Theory]
    [InlineData(uint.MaxValue)] // spread
    [InlineData(7u)] // eight hashes for all keys: long runs of full buckets
    [InlineData(0u)] // one hash, which looks like a free bucket's
    public void A_table_finds_what_a_dictionary_finds(uint hashMask)
    {
        var random = new Random(11);
        var table = new EntryTable<int, Entry>(4);
        for (int round = 0; round < 30; round++)
        {
            var expected = new Dictionary<int, int>();
            for (int i = random.Next(round % 3 == 0 ? 5 : 400); i > 0; i--)
            {
                int key = random.Next(500);
                uint hash = Entry.HashOf(key) & hashMask;
                int index = table.Find(hash, key);
                Assert.Equal(expected.TryGetValue(key, out int known) ? known : -1, index);
                if (index >= 0) continue;
                expected.Add(key, table.Count);
                table.Add(hash) = new() { Key = key, Mask = hashMask };
            }
            Assert.Equal(expected.Count, table.Count);
            foreach (var (key, index) in expected) Assert.Equal(key, table[index].Key);
            table.Clear();
            Assert.Equal(-1, table.Find(Entry.HashOf(1) & hashMask, 1));
        }
    }

    private struct Entry : IKeyed<int>
    {
        public int Key;
        public uint Mask;

        public readonly bool Has(in int key) => Key == key;
        public readonly uint Hash => HashOf(Key) & Mask;

        /// <summary>The highest hashes as well, whose search wraps round.</summary>
        public static uint HashOf(int key) => uint.MaxValue - (uint)key * 0x9E3779B1;
    }
}
