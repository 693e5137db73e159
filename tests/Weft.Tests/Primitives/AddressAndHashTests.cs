using System.Buffers.Binary;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Primitives;

/// <summary>Addresses and hashes as words, bytes and text, and the hash codes of all three.</summary>
public sealed class AddressAndHashTests
{
    [Fact]
    public void Address_of_a_word_is_its_low_160_bits()
    {
        var words = new Words(30);
        var bytes = new byte[32];
        for (int i = 0; i < 5000; i++)
        {
            var word = words.Next();
            word.WriteBigEndian(bytes);
            var address = Address.FromWord(word);
            Assert.Equal(new Address(bytes.AsSpan(12)), address);
            Assert.Equal(UInt256.FromBigEndian(bytes.AsSpan(12)), address.ToWord());
            Assert.Equal(address, Address.Parse(address.ToString()));
            Assert.Equal(address.GetHashCode(), new Address(bytes.AsSpan(12)).GetHashCode());
        }
    }

    [Fact]
    public void Hash_of_a_word_has_its_bytes()
    {
        var words = new Words(31);
        var bytes = new byte[32];
        for (int i = 0; i < 5000; i++)
        {
            var word = words.Next();
            word.WriteBigEndian(bytes);
            var hash = Hash256.FromWord(word);
            Assert.Equal(new Hash256(bytes), hash);
            Assert.Equal(word, hash.ToWord());
            Assert.Equal(hash, Hash256.Parse(hash.ToString()));
            Assert.Equal(hash.GetHashCode(), new Hash256(bytes).GetHashCode());
        }
    }

    [Fact]
    public void Numbered_addresses_end_in_the_number()
    {
        Assert.Equal("0x0000000000000000000000000000000000000001", Address.FromNumber(1).ToString());
        Assert.Equal("0x0000000000000000000000000123456789abcdef", Address.FromNumber(0x123456789abcdef).ToString());
    }

    [Fact]
    public void Order_is_the_order_of_the_bytes()
    {
        var words = new Words(32);
        for (int i = 0; i < 2000; i++)
        {
            UInt256 a = words.Next(), b = words.Near(a);
            Assert.Equal(a.CompareTo(b), Math.Sign(Hash256.FromWord(a).CompareTo(Hash256.FromWord(b))));
            Assert.Equal(Address.FromWord(a).ToWord().CompareTo(Address.FromWord(b).ToWord()),
                Math.Sign(Address.FromWord(a).CompareTo(Address.FromWord(b))));
        }
    }

    [Theory]
    [InlineData("0x0")]
    [InlineData("0x000000000000000000000000000000000000000g")]
    [InlineData("0x00000000000000000000000000000000000000000001")]
    public void Text_of_another_length_or_alphabet_is_refused(string text)
    {
        Assert.Throws<FormatException>(() => Address.Parse(text));
        Assert.Throws<FormatException>(() => Hash256.Parse(text));
        Assert.Throws<ArgumentException>(() => new Address(new byte[19]));
        Assert.Throws<ArgumentException>(() => new Hash256(new byte[33]));
    }

    [Theory]
    [InlineData("", true, 0)]
    [InlineData("0x", true, 0)]
    [InlineData("0xAbCd", true, 2)]
    [InlineData("abcd", true, 2)]
    [InlineData("0xabc", false, 0)]
    [InlineData("0xzz", false, 1)]
    public void Hex_needs_pairs_of_digits(string text, bool valid, int length)
    {
        Assert.Equal(valid, Hex.TryDecode(text, out var bytes));
        Assert.Equal(length, bytes.Length);
        if (valid && length == 2) Assert.Equal("0xabcd", Hex.Encode(bytes));
    }

    // As EntryTable and LocationTable use the codes: places from the low bits, shards from the highest six.
    [Fact]
    public void Keys_that_count_up_spread_evenly_under_every_secret()
    {
        const int Count = 4096, Buckets = 2 * Count, Secrets = 1000;
        var random = new Random(19);
        for (int secret = 0; secret < Secrets; secret++)
        {
            var s = Enumerable.Range(0, 4).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue) | 1)
                .ToArray();
            AssertSpread(i => (int)(LocationHash.Mix(i ^ s[0], s[1], s[1], s[2], s[3]) >> 32));
            AssertSpread(i => (int)(LocationHash.Mix(s[0], s[1], AddressEnd(i) ^ s[2], s[3], s[3]) >> 32));
        }

        static uint AddressEnd(ulong number) => BinaryPrimitives.ReverseEndianness((uint)number);

        static void AssertSpread(Func<ulong, int> code)
        {
            var isTaken = new bool[Buckets];
            var shards = new int[64];
            int passed = 0;
            for (ulong i = 0; i < Count; i++)
            {
                uint hash = (uint)code(i), place = hash;
                for (; isTaken[place % Buckets]; place++) passed++;
                isTaken[place % Buckets] = true;
                shards[hash >> 26]++;
            }
            // Half full with random codes: half a place a key, and 64 keys a shard.
            Assert.InRange(passed, 0, Count);
            Assert.InRange(shards.Max(), 64, 128);
        }
    }

    // Families of keys as an attacker would choose them: equal sums or differences of parts, single bits, sequences.
    [Fact]
    public void Hash_codes_of_chosen_keys_scatter()
    {
        const int Count = 1 << 14;
        (string Name, Func<ulong, UInt256> Key)[] families =
        [
            ("sequence", i => i),
            ("upper limb", i => new(0, 0, 0, i)),
            ("limbs that cancel", i => new(i, i, i, i)),
            ("halves that cancel", i => new(i, 0, i, 0)),
            ("parts of an address that cancel", i => new(i | (i << 32), 0, 0, 0)),
            ("middle and end that cancel", i => new(i, i << 32, i, 0)),
            ("shifted", i => (UInt256)(i + 1) << (int)(i % 140)),
        ];
        foreach (var (name, key) in families)
        {
            var keys = Enumerable.Range(0, Count).Select(i => key((ulong)i)).Distinct().ToList();
            var addresses = keys.Select(k => Address.FromWord(k)).Distinct().ToList();
            // 2^14 keys in 2^32 codes: 0.03 collisions are to be expected.
            Scatters(name, keys.Select(k => LocationHash.Of(k)), keys.Count);
            Scatters(name, keys.Select(k => LocationHash.Of(Hash256.FromWord(k))), keys.Count);
            Scatters(name, addresses.Select(a => LocationHash.Of(a)), addresses.Count);
        }

        static void Scatters(string name, IEnumerable<int> codes, int count)
        {
            int distinct = codes.Distinct().Count();
            Assert.True(distinct > count - 16, $"{name}: {distinct} codes of {count} keys");
        }
    }
}
