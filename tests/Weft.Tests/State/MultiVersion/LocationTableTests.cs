using Weft.State.MultiVersion;
using Weft.State.Overlay;
using Xunit;

namespace Weft.Tests.State.MultiVersion;

public sealed class LocationTableTests
{
    /// <summary>More blocks than there are epochs, of few and of many locations.</summary>
    [Fact]
    public void What_an_earlier_block_had_is_never_found_again()
    {
        var table = new LocationTable<int, Location>();
        NumberRange numbers = default;
        for (int block = 0; block < 1000; block++)
        {
            int count = block % 100 == 7 ? 5000 : 1 + (block * 31 % 90);
            for (int key = 0; key < 100; key++) Assert.Equal(-1, table.Find(HashOf(key), key));
            for (int key = 0; key < count; key++)
                Assert.Equal(key, table.FindOrAdd(HashOf(key), key, new Begin(key), ref numbers));
            Assert.InRange(table.End, count, count + NumberRange.Length - 1);
            for (int key = 0; key < count; key++) Assert.Equal(key, table.Find(HashOf(key), key));
            Assert.Equal(-1, table.Find(HashOf(count), count));
            table.Close(numbers);
            for (int number = count; number < table.End; number++) Assert.Equal(default, table[number].Key);
            table.Clear();
        }
    }

    /// <summary>Sixteen keys share a hash.</summary>
    private static uint HashOf(int key) => (uint)(key >> 4) * 2_654_435_761;

    private struct Location : IKeyed<int>
    {
        public int Key;

        public readonly uint Hash => HashOf(Key);

        public readonly bool Has(in int key) => Key == key;
    }

    private readonly struct Begin(int key) : IBegin<Location>
    {
        void IBegin<Location>.Begin(ref Location location, int number) => location.Key = key;
    }
}
