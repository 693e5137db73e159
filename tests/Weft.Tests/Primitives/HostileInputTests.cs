using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Primitives;

/// <summary>Decoders against input made to hurt: a typed error or the very bytes again, in bounded memory.</summary>
public sealed class HostileInputTests
{
    /// <summary>Bytes that a decoder may allocate: a constant for the exception and the fixed parts, and a multiple of
    /// the input. The worst are transactions of 10 bytes, each of which becomes an object.</summary>
    private const long FixedMemory = 64 * 1024, MemoryFactor = 64;

    public static TheoryData<string> Decoders => ["transaction", "header", "block", "receipt", "access list"];

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Mutated_input_gives_the_same_bytes_or_a_typed_error(string decoder)
    {
        var random = new WireRandom(90);
        int accepted = 0, refused = 0;
        for (int i = 0; i < 4000; i++)
        {
            byte[] mutated = Mutate(random, Sample(decoder, random), 1 + random.Next(3));
            if (Check(decoder, mutated)) accepted++;
            else refused++;
        }
        // Both happen, or the mutations test nothing: many flips only change a value.
        Assert.InRange(accepted, 100, 3900);
        Assert.InRange(refused, 100, 3900);
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Every_truncation_is_refused(string decoder)
    {
        var random = new WireRandom(91);
        for (int i = 0; i < 5; i++)
        {
            byte[] sample = Sample(decoder, random);
            for (int length = 0; length < sample.Length; length++) Assert.False(Check(decoder, sample[..length]));
        }
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Every_extension_is_refused(string decoder)
    {
        var random = new WireRandom(92);
        for (int i = 0; i < 200; i++)
            Assert.False(Check(decoder, [.. Sample(decoder, random), .. random.Bytes(1 + random.Next(40))]));
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Random_bytes_are_refused(string decoder)
    {
        var random = new WireRandom(93);
        for (int i = 0; i < 4000; i++) Assert.False(Check(decoder, random.Bytes(random.Next(100))));
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Nesting_of_10000_lists_is_refused(string decoder)
    {
        byte[] nested = [0xc0];
        using var writer = new RlpWriter();
        var starts = new int[10_000];
        for (int i = 0; i < starts.Length; i++) starts[i] = writer.BeginList();
        for (int i = starts.Length - 1; i >= 0; i--) writer.EndList(starts[i]);
        nested = writer.ToArray();
        Assert.False(Check(decoder, nested));
        for (byte type = 0; type < 6; type++) Assert.False(Check(decoder, [type, .. nested]));
        // The same deep inside, where a field should be.
        byte[] sample = Sample(decoder, new WireRandom(94));
        Assert.False(Check(decoder, [.. sample[..(sample.Length / 2)], .. nested]));
        Assert.False(Check(decoder, NaiveWrap(nested)));
        // 10,000 unclosed lists that all claim more than there is.
        Assert.False(Check(decoder, Enumerable.Repeat((byte)0xff, 10_000).ToArray()));
        Assert.False(Check(decoder, Enumerable.Repeat((byte)0xc1, 10_000).ToArray()));
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Lists_of_a_million_empty_items_take_no_memory(string decoder)
    {
        foreach (byte filler in new byte[] { 0x00, 0x80, 0xc0 })
        {
            var items = new byte[1_000_000];
            items.AsSpan().Fill(filler);
            using var writer = new RlpWriter(2_000_000);
            // At the top, as the transactions of a block, and as its ommers.
            for (int before = 0; before < 3; before++)
            {
                writer.Clear();
                int outer = writer.BeginList();
                if (before > 0) writer.WriteRaw(new WireRandom(95).Header(0).Encode());
                if (before > 1) writer.EndList(writer.BeginList());
                int list = writer.BeginList();
                writer.WriteRaw(items);
                writer.EndList(list);
                writer.EndList(outer);
                Assert.False(Check(decoder, writer.ToArray(), memoryFactor: 1));
            }
        }
    }

    [Fact]
    public void The_smallest_transactions_take_a_bounded_multiple()
    {
        byte[] smallest = NaiveRlp.Encode(new object[] { 0, 0, 0, 0, 0, 0, 27, 1, 1 });
        Assert.Equal(10, smallest.Length);
        using var writer = new RlpWriter();
        int outer = writer.BeginList();
        writer.WriteRaw(new WireRandom(96).Header(0).Encode());
        int list = writer.BeginList();
        for (int i = 0; i < 20_000; i++) writer.WriteRaw(smallest);
        writer.EndList(list);
        writer.EndList(writer.BeginList());
        writer.EndList(outer);
        Assert.True(Check("block", writer.ToArray()));
    }

    /// <summary>True when the input was accepted, and then encodes to itself; false for a typed error.</summary>
    private static bool Check(string decoder, byte[] input, long memoryFactor = MemoryFactor)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool accepted = true;
        object? decoded = null;
        DecodeError error = DecodeError.None;
        try
        {
            decoded = decoder switch
            {
                "transaction" => Transaction.Decode(input),
                "header" => BlockHeader.Decode(input),
                "block" => Block.Decode(input),
                "access list" => BlockAccessList.Decode(input),
                _ => Receipt.Decode(input),
            };
        }
        catch (RlpException exception)
        {
            accepted = false;
            error = exception.Error;
            Assert.InRange(exception.Offset, 0, input.Length);
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, 0, FixedMemory + memoryFactor * input.Length);
        Assert.Equal(accepted, error == DecodeError.None);
        if (accepted) Assert.Equal(input, Encode(decoded!));
        return accepted;
    }

    private static byte[] Encode(object decoded) => decoded switch
    {
        Transaction transaction => transaction.Encode(),
        BlockHeader header => header.Encode(),
        Block block => block.Encode(),
        BlockAccessList list => list.Encode(),
        _ => ((Receipt)decoded).Encode(),
    };

    private static byte[] Sample(string decoder, WireRandom random) => decoder switch
    {
        "transaction" => random.Transaction().Encode(),
        "header" => random.Header(random.Next(5)).Encode(),
        "block" => random.Block().Encode(),
        "access list" => random.AccessList().Encode(),
        _ => random.Receipt().Encode(),
    };

    private static byte[] Mutate(WireRandom random, byte[] bytes, int times)
    {
        for (; times > 0; times--)
        {
            int at = random.Next(bytes.Length), count = random.Next(Math.Min(40, bytes.Length - at) + 1);
            bytes = random.Next(6) switch
            {
                0 => [.. bytes[..at], (byte)(bytes[at] ^ 1 << random.Next(8)), .. bytes[(at + 1)..]],
                1 => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
                2 => [.. bytes[..at], .. bytes[(at + count)..]],
                3 => [.. bytes[..at], .. random.Bytes(count), .. bytes[at..]],
                4 => [.. bytes[..(at + count)], .. bytes[at..]],
                _ => [.. bytes[..at], .. random.Bytes(count), .. bytes[(at + count)..]],
            };
            if (bytes.Length == 0) return [0];
        }
        return bytes;
    }

    private static byte[] NaiveWrap(byte[] payload)
    {
        using var writer = new RlpWriter();
        int list = writer.BeginList();
        writer.WriteRaw(payload);
        writer.EndList(list);
        return writer.ToArray();
    }
}
