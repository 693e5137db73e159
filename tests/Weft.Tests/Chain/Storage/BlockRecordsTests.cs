using Weft.Chain.Storage;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Chain.Storage;

public sealed class BlockRecordsTests
{
    private static byte[] Write(Action<RlpWriter> write)
    {
        using var writer = new RlpWriter();
        write(writer);
        return writer.ToArray();
    }

    private static Receipt[] RandomReceipts(Random random)
    {
        var receipts = new Receipt[random.Next(5)];
        ulong cumulative = 0;
        for (int i = 0; i < receipts.Length; i++)
        {
            var logs = Enumerable.Range(0, random.Next(4)).Select(_ => RandomLog(random)).ToArray();
            ulong gas = (ulong)random.NextInt64(1, 30_000_000);
            cumulative += gas;
            bool hasRoot = random.Next(3) == 0;
            receipts[i] = new Receipt
            {
                Type = (TransactionType)random.Next(5), PostStateRoot = hasRoot ? Hash256.FromWord(5) : null,
                Succeeded = !hasRoot && random.Next(2) == 0, GasUsed = gas, CumulativeGasUsed = cumulative,
                Logs = logs, Bloom = Bloom.Of(logs),
            };
        }
        return receipts;
    }

    private static LogEntry RandomLog(Random random)
    {
        var data = new byte[random.Next(100)];
        random.NextBytes(data);
        var topics = Enumerable.Range(0, random.Next(5)).Select(_ => Hash256.FromWord((ulong)random.NextInt64()));
        return new(Address.FromNumber((ulong)random.Next()), [.. topics], data);
    }

    [Fact]
    public void Receipts_come_back_as_they_were_blooms_and_gas_included()
    {
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            var receipts = RandomReceipts(random);
            var read = BlockRecords.ReadReceipts(Write(w => BlockRecords.WriteReceipts(receipts, w)), 1);
            Assert.Equal(receipts.Select(r => r.Encode()), read.Select(r => r.Encode()));
            Assert.Equal(receipts.Select(r => r.GasUsed), read.Select(r => r.GasUsed));
        }
    }

    [Fact]
    public void Damaged_receipts_are_told_or_read_and_nothing_else_happens()
    {
        var random = new Random(2);
        int told = 0;
        for (int i = 0; i < 3000; i++)
        {
            var bytes = Write(w => BlockRecords.WriteReceipts(RandomReceipts(random), w));
            if (i % 2 == 0) bytes = bytes[..random.Next(bytes.Length)];
            else bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                BlockRecords.ReadReceipts(bytes, 1);
            }
            catch (InvalidDataException)
            {
                told++;
            }
        }
        Assert.True(told > 1500, $"only {told}");
    }

    [Fact]
    public void A_header_under_another_hash_is_damage()
    {
        var header = new BlockHeader { Number = 5, GasLimit = 1 };
        var bytes = Write(w => BlockRecords.WriteHeader(header, 77, w));
        Assert.Equal((header, (UInt256)77ul), BlockRecords.ReadHeader(bytes, header.Hash));
        Assert.Throws<InvalidDataException>(() => BlockRecords.ReadHeader(bytes, Hash256.Zero));
        for (int i = 0; i < bytes.Length; i++)
            Assert.Throws<InvalidDataException>(() => BlockRecords.ReadHeader(bytes.AsSpan(0, i), header.Hash));
    }

    [Fact]
    public void The_place_of_a_transaction_takes_few_bytes()
    {
        foreach (var place in new[] { (0ul, 0), (20_000_000ul, 300), (ulong.MaxValue, int.MaxValue) })
            Assert.Equal(place, BlockRecords.ReadPlace(Write(w => BlockRecords.WritePlace(place.Item1, place.Item2, w))));
        Assert.True(Write(w => BlockRecords.WritePlace(20_000_000, 100, w)).Length <= 7);
        Assert.Throws<InvalidDataException>(() => BlockRecords.ReadPlace([0xc0]));
    }

    [Fact]
    public void Every_bit_of_the_head_record_is_checked()
    {
        var record = new HeadRecord(1234, Hash256.FromWord(7), Hash256.FromWord(8));
        var bytes = record.Encode();
        Assert.Equal(record, HeadRecord.Decode(bytes));
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            var damaged = bytes.ToArray();
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Throws<InvalidDataException>(() => HeadRecord.Decode(damaged));
        }
        for (int length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => HeadRecord.Decode(bytes.AsSpan(0, length)));
    }
}
