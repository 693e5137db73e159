using System.Numerics;
using System.Text;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Primitives;

/// <summary>Known digests, a plain model of the sponge, and every variant against every other.</summary>
public sealed class KeccakTests
{
    private static readonly byte[] Data = RandomBytes(1, 8192);

    private static byte[] RandomBytes(int seed, int count)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    [Theory]
    [InlineData("", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData("transfer(address,uint256)", "0xa9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b")]
    [InlineData("Transfer(address,address,uint256)",
        "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")]
    [InlineData("The quick brown fox jumps over the lazy dog",
        "0x4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15")]
    public void Known_digests(string text, string digest) =>
        Assert.Equal(Hash256.Parse(digest), Keccak.Hash(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Constants_of_the_protocol_are_digests()
    {
        Assert.Equal(Hash256.OfEmptyCode, Keccak.Hash([]));
        Assert.Equal(Hash256.OfEmptyTrie, Keccak.Hash([0x80]));
        Assert.Equal(Hash256.OfEmptyList, Keccak.Hash([0xc0]));
    }

    [Fact]
    public void Every_length_equals_the_model()
    {
        for (int length = 0; length <= 700; length++)
        {
            var message = Data.AsSpan(length, length);
            Assert.Equal(Model(message), Keccak.Hash(message));
        }
    }

    /// <summary>Without and, where the processor can, with the state in vector registers.</summary>
    public static TheoryData<bool> Forms() => Keccak.HasPlanes ? [false, true] : [false];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Each_form_of_the_permutation_equals_the_model(bool planes)
    {
        for (int length = 0; length <= 600; length++)
        {
            var message = Data.AsSpan(700 - length, length);
            Keccak.Hash(message, planes, out ulong w0, out ulong w1, out ulong w2, out ulong w3);
            Assert.Equal(Model(message), new Hash256(w0, w1, w2, w3));
        }
    }

    // Nothing behind the message may count, wherever it ends.
    [Theory]
    [MemberData(nameof(Forms))]
    public void Bytes_around_the_message_do_not_matter(bool planes)
    {
        for (int length = 0; length <= 300; length++)
        {
            var noise = RandomBytes(length, 900);
            Data.AsSpan(0, length).CopyTo(noise.AsSpan(300));
            Keccak.Hash(noise.AsSpan(300, length), planes, out ulong w0, out ulong w1, out ulong w2, out ulong w3);
            Assert.Equal(Model(Data.AsSpan(0, length)), new Hash256(w0, w1, w2, w3));
        }
    }

    [Fact]
    public void Other_forms_of_the_result_agree()
    {
        var destination = new byte[40];
        for (int length = 0; length <= 300; length++)
        {
            var message = Data.AsSpan(3, length);
            var expected = Keccak.Hash(message);
            Keccak.Hash(message, destination);
            Assert.Equal(expected, new Hash256(destination.AsSpan(0, 32)));
            Assert.Equal(new byte[8], destination[32..]);
            Assert.Equal(expected.ToWord(), Keccak.HashToWord(message));
            Assert.Equal(new BigInteger(expected.Bytes, isUnsigned: true, isBigEndian: true),
                (BigInteger)Keccak.HashToWord(message));
        }
    }

    [Fact]
    public void Destination_must_hold_a_digest() =>
        Assert.ThrowsAny<ArgumentException>(() => Keccak.Hash(Data, new byte[31]));

    [Fact]
    public void A_changed_bit_changes_the_digest()
    {
        var message = Data[..200];
        var before = Keccak.Hash(message);
        for (int bit = 0; bit < 1600; bit++)
        {
            message[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(before, Keccak.Hash(message));
            message[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    /// <summary>The variants that this processor has; one per message is always among them.</summary>
    public static TheoryData<int> Widths()
    {
        var widths = new TheoryData<int>();
        foreach (var width in Enum.GetValues<Keccak.Width>())
        {
            if (Keccak.IsSupported(width)) widths.Add((int)width);
        }
        return widths;
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Batches_of_every_size_and_length_equal_single_hashes(int width)
    {
        var digests = new Hash256[20];
        for (int length = 0; length <= 410; length++)
        {
            int count = length % 20;
            Keccak.HashBatch(Data.AsSpan(0, count * length), length, digests.AsSpan(0, count), (Keccak.Width)width);
            for (int i = 0; i < count; i++) Assert.Equal(Keccak.Hash(Data.AsSpan(i * length, length)), digests[i]);
            Assert.Equal(default, digests[count]);
            digests.AsSpan().Clear();
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Messages_of_mixed_lengths_equal_single_hashes(int width)
    {
        var random = new Random(2);
        for (int round = 0; round < 60; round++)
        {
            int count = random.Next(60), limit = round % 3 == 0 ? 34 : round % 3 == 1 ? 140 : 600;
            var offsets = new int[count + 1];
            offsets[0] = random.Next(10);
            for (int i = 0; i < count; i++) offsets[i + 1] = Math.Min(offsets[i] + random.Next(limit), Data.Length);
            var digests = new Hash256[count];
            Keccak.HashMany(Data, offsets, digests, (Keccak.Width)width);
            for (int i = 0; i < count; i++)
                Assert.Equal(Keccak.Hash(Data.AsSpan(offsets[i]..offsets[i + 1])), digests[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Long_and_short_messages_share_the_lanes(int width)
    {
        int[] offsets = [0, 0, 5000, 5001, 5137, 5273, 5409, 8000, 8000, 8136, 8192];
        var digests = new Hash256[offsets.Length - 1];
        Keccak.HashMany(Data, offsets, digests, (Keccak.Width)width);
        for (int i = 0; i < digests.Length; i++)
            Assert.Equal(Keccak.Hash(Data.AsSpan(offsets[i]..offsets[i + 1])), digests[i]);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public unsafe void Scattered_messages_get_their_digests_where_they_ask(int width)
    {
        var random = new Random(4);
        fixed (byte* data = Data)
        {
            for (int count = 0; count < 40; count++)
            {
                var digests = new byte[33 * count + 1];
                fixed (byte* places = digests)
                {
                    var jobs = new HashJob[count];
                    for (int i = 0; i < count; i++)
                    {
                        int length = random.Next(600);
                        jobs[i] = new(data + random.Next(Data.Length - length), length, places + 33 * (count - i) - 32);
                    }
                    Keccak.HashScattered(jobs, (Keccak.Width)width);
                    foreach (var job in jobs)
                        Assert.Equal(
                            Keccak.Hash(new ReadOnlySpan<byte>(job.Source, job.Length)),
                            new Hash256(new ReadOnlySpan<byte>(job.Destination, 32)));
                }
                // Nothing is written in between.
                for (int i = 0; i < digests.Length; i += 33) Assert.Equal(0, digests[i]);
            }
        }
    }

    [Fact]
    public void Public_batches_take_the_best_variant()
    {
        var digests = new Hash256[9];
        Keccak.HashBatch(Data.AsSpan(0, 9 * 32), 32, digests);
        for (int i = 0; i < 9; i++) Assert.Equal(Keccak.Hash(Data.AsSpan(i * 32, 32)), digests[i]);
        Keccak.HashMany(Data, [1, 2, 4], digests.AsSpan(0, 2));
        Assert.Equal((Keccak.Hash(Data.AsSpan(1, 1)), Keccak.Hash(Data.AsSpan(2, 2))), (digests[0], digests[1]));
        Keccak.HashMany([], [0], []);
        Keccak.HashBatch([], 32, []);
    }

    [Fact]
    public void Wrong_lengths_and_offsets_are_refused()
    {
        var digests = new Hash256[2];
        Assert.Throws<ArgumentException>(() => Keccak.HashBatch(Data.AsSpan(0, 63), 32, digests));
        Assert.Throws<ArgumentException>(() => Keccak.HashBatch(Data.AsSpan(0, 65), 32, digests));
        Assert.Throws<ArgumentException>(() => Keccak.HashBatch([], -1, digests));
        Assert.Throws<ArgumentException>(() => Keccak.HashMany(Data, [0, 1], digests));
        Assert.Throws<ArgumentException>(() => Keccak.HashMany(Data, [0, 2, 1], digests));
        Assert.Throws<ArgumentException>(() => Keccak.HashMany(Data, [-1, 2, 3], digests));
        Assert.Throws<ArgumentException>(() => Keccak.HashMany(Data, [0, 2, Data.Length + 1], digests));
    }

    // FIPS 202 as it is written, with the rate and capacity of 256-bit digests and the padding that Ethereum kept.
    private static Hash256 Model(ReadOnlySpan<byte> message)
    {
        int blocks = message.Length / 136 + 1;
        var padded = new byte[blocks * 136];
        message.CopyTo(padded);
        padded[message.Length] ^= 0x01;
        padded[^1] ^= 0x80;
        var state = new ulong[5, 5];
        for (int block = 0; block < blocks; block++)
        {
            for (int i = 0; i < 17; i++) state[i % 5, i / 5] ^= BitConverter.ToUInt64(padded, block * 136 + 8 * i);
            state = ModelPermutation(state);
        }
        var digest = new byte[32];
        for (int i = 0; i < 4; i++) BitConverter.TryWriteBytes(digest.AsSpan(8 * i), state[i, 0]);
        return new(digest);
    }

    private static ulong[,] ModelPermutation(ulong[,] a)
    {
        byte register = 1;
        for (int round = 0; round < 24; round++)
        {
            var c = new ulong[5];
            for (int i = 0; i < 25; i++) c[i % 5] ^= a[i % 5, i / 5];
            var b = new ulong[5, 5];
            for (int i = 0; i < 25; i++)
            {
                int x = i % 5, y = i / 5;
                ulong lane = a[x, y] ^ c[(x + 4) % 5] ^ BitOperations.RotateLeft(c[(x + 1) % 5], 1);
                b[y, (2 * x + 3 * y) % 5] = BitOperations.RotateLeft(lane, ModelRotation(x, y));
            }
            a = new ulong[5, 5];
            for (int i = 0; i < 25; i++)
            {
                int x = i % 5, y = i / 5;
                a[x, y] = b[x, y] ^ (~b[(x + 1) % 5, y] & b[(x + 2) % 5, y]);
            }
            a[0, 0] ^= ModelConstant(ref register);
        }
        return a;
    }

    private static int ModelRotation(int x, int y)
    {
        for (int t = 0, px = 1, py = 0; t < 24; t++, (px, py) = (py, (2 * px + 3 * py) % 5))
        {
            if ((px, py) == (x, y)) return (t + 1) * (t + 2) / 2 % 64;
        }
        return 0;
    }

    // Seven steps of the shift register x^8 + x^6 + x^5 + x^4 + 1 set bits 0, 1, 3, 7, 15, 31, 63.
    private static ulong ModelConstant(ref byte register)
    {
        ulong constant = 0;
        for (int j = 0; j < 7; j++)
        {
            if ((register & 1) != 0) constant |= 1ul << ((1 << j) - 1);
            register = (byte)((register << 1) ^ ((register >> 7) * 0x71));
        }
        return constant;
    }
}
