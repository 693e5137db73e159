using System.Buffers.Binary;
using Weft.State.Store;
using Weft.State.Trie;
using Xunit;

namespace Weft.Tests.State.Store;

public sealed class RecordCacheTests
{
    private static byte[] Key(int number, int size)
    {
        var key = new byte[size];
        BinaryPrimitives.WriteInt32LittleEndian(key.AsSpan(size - 4), number);
        return key;
    }

    private static byte[] RandomRecord(Random random, int sizeMax)
    {
        var record = new byte[random.Next(sizeMax + 1)];
        random.NextBytes(record);
        return record;
    }

    [Theory]
    [InlineData(1_200L, 64, 40)]
    [InlineData(5_000L, 64, 40)]
    [InlineData(50_000L, 64, 600)]
    [InlineData(1_000_000L, 600, 4096)]
    public void It_knows_the_last_record_or_nothing(long bytes, int entrySize, int recordMax)
    {
        using var cache = new RecordCache(bytes, entrySize);
        var model = new Dictionary<int, byte[]>();
        var random = new Random(3);
        // Of all ages and of other keys: what is read must not depend on them.
        var hints = new RecordHint[64];
        var found = new byte[4096];
        int hits = 0;
        for (int i = 0; i < 200_000; i++)
        {
            int number = random.Next(random.Next(2) == 0 ? 8 : 3000);
            var key = Key(number, number % 2 == 0 ? 20 : 52);
            switch (random.Next(12))
            {
                case < 4:
                    model[number] = RandomRecord(random, recordMax);
                    cache.Set(key, model[number]);
                    break;
                case 4:
                    model.Remove(number);
                    cache.Remove(key);
                    break;
                case 5 when random.Next(2000) == 0:
                    model.Clear();
                    cache.Clear();
                    break;
                case 6:
                    cache.PrefetchRecord(cache.PrefetchBucket(key), out hints[random.Next(hints.Length)]);
                    break;
                default:
                    int size = cache.TryGet(key, hints[random.Next(hints.Length)], found);
                    if (size == RecordCache.Unknown) break;
                    Assert.Equal(model[number], found[..size]);
                    hits++;
                    break;
            }
            Assert.InRange(cache.UsedBytes, 0, bytes);
        }
        Assert.True(hits > 1000, $"{hits} hits");
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(500L)]
    public void Too_few_bytes_make_a_cache_that_knows_nothing(long bytes)
    {
        using var cache = new RecordCache(bytes, 64);
        cache.Set([1], [2]);
        cache.Remove([1]);
        cache.Clear();

        Assert.Equal(RecordCache.Unknown, cache.TryGet([1], new byte[10]));
    }

    [Fact]
    public void A_record_that_does_not_fit_the_destination_is_not_known()
    {
        using var cache = new RecordCache(100_000, 64);
        cache.Set([1], new byte[30]);

        Assert.Equal(RecordCache.Unknown, cache.TryGet([1], new byte[29]));
        Assert.Equal(30, cache.TryGet([1], new byte[30]));
    }

    [Fact]
    public void A_hint_names_the_record_until_something_is_written()
    {
        using var cache = new RecordCache(100_000, 64);
        var found = new byte[10];
        cache.Set([1], [7, 8]);
        cache.PrefetchRecord(cache.PrefetchBucket([1]), out var hint);

        Assert.NotEqual(0, hint.Entry);
        Assert.Equal(2, cache.TryGet([1], hint, found));
        Assert.Equal(RecordCache.Unknown, cache.TryGet([2], hint, found));
        cache.Set([1], [9]);
        Assert.Equal(1, cache.TryGet([1], hint, found));
        Assert.Equal(9, found[0]);
        cache.Remove([1]);
        Assert.Equal(RecordCache.Unknown, cache.TryGet([1], hint, found));
    }

    [Fact]
    public void A_record_that_takes_too_much_replaces_the_one_before_by_nothing()
    {
        using var cache = new RecordCache(10_000, 64);
        cache.Set([1], [1]);
        cache.Set([1], new byte[9_000]);

        Assert.Equal(RecordCache.Unknown, cache.TryGet([1], new byte[10_000]));
    }

    [Fact]
    public void What_is_read_often_outlives_a_scan()
    {
        const int Hot = 1000, Scanned = 200_000;
        using var cache = new RecordCache(1 << 20, 64);
        var found = new byte[64];
        for (int i = 0; i < Hot; i++) cache.Set(Key(i, 20), new byte[30]);
        int hits = 0;
        for (int i = 0; i < Scanned; i++)
        {
            cache.Set(Key(Hot + i, 20), new byte[30]);
            var hot = Key(i % Hot, 20);
            if (cache.TryGet(hot, found) != RecordCache.Unknown) hits++;
            else cache.Set(hot, new byte[30]);
        }
        Assert.True(hits > Scanned * 0.97, $"{hits} of {Scanned}");
    }

    [Fact]
    public void Most_of_the_bytes_are_used_before_anything_is_thrown_out()
    {
        const int Entries = 10_000, RecordSize = 28, Bytes = Entries * 90, Secrets = 200;
        var found = new byte[64];
        // Every cache has a secret of its own, under none of which may keys that count up meet.
        for (int secret = 0; secret < Secrets; secret++)
        {
            using var cache = new RecordCache(Bytes, 64);
            for (int i = 0; i < Entries; i++) cache.Set(Key(i, 20), new byte[RecordSize]);
            int known = 0;
            for (int i = 0; i < Entries; i++)
                if (cache.TryGet(Key(i, 20), found) != RecordCache.Unknown) known++;

            Assert.True(known > Entries * 0.93, $"{known} of {Entries}");
        }
    }

    [Fact]
    public void Concurrent_readers_and_writers_see_whole_records()
    {
        using var cache = new RecordCache(6_000, 64);
        long hits = 0;
        var threads = Enumerable.Range(0, 4).Select(seed => Background.Run(() =>
        {
            var random = new Random(seed);
            var (found, record, mine) = (new byte[300], new byte[300], 0L);
            for (int i = 0; i < 150_000; i++)
            {
                int number = random.Next(60);
                var key = Key(number, number % 3 == 0 ? 20 : 52);
                if (random.Next(3) == 0)
                {
                    // Every byte of a record says whose it is.
                    int size = random.Next(200);
                    record.AsSpan(0, size).Fill((byte)number);
                    cache.Set(key, record.AsSpan(0, size));
                    continue;
                }
                int read = cache.TryGet(key, found);
                if (read == RecordCache.Unknown) continue;
                mine++;
                Assert.Equal(-1, found.AsSpan(0, read).IndexOfAnyExcept((byte)number));
            }
            Interlocked.Add(ref hits, mine);
        })).ToArray();
        foreach (var thread in threads) thread.Join();

        Assert.True(hits > 10_000, $"{hits} hits");
    }
}
