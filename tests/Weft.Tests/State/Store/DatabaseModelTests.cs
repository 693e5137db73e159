using Weft.State.Store;
using Xunit;

namespace Weft.Tests.State.Store;

/// <summary>Transactions and cursors beside a sorted dictionary.</summary>
public sealed class DatabaseModelTests
{
    private sealed class KeyOrder : IComparer<byte[]>
    {
        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }

    private static SortedDictionary<byte[], byte[]> NewModel() => new(new KeyOrder());

    /// <summary>Few first bytes and lengths, so that keys meet and share prefixes.</summary>
    private static byte[] RandomKey(Random random)
    {
        var key = new byte[random.Next(10) == 0 ? random.Next(1, 512) : random.Next(1, 4)];
        for (int i = 0; i < key.Length; i++) key[i] = (byte)random.Next(6);
        return key;
    }

    private static byte[] RandomValue(Random random)
    {
        var value = new byte[random.Next(20) == 0 ? random.Next(20_000) : random.Next(40)];
        random.NextBytes(value);
        return value;
    }

    [Fact]
    public void Random_transactions_do_what_a_sorted_dictionary_does()
    {
        using var database = Database.CreateTemporary(["first", "second"]);
        var table = database.GetTable("first");
        var model = NewModel();
        for (int seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var next = NewModel();
            foreach (var (key, value) in model) next.Add(key, value);
            using (var transaction = database.BeginWrite())
            {
                for (int i = 0; i < 40; i++) Mutate(transaction, table, next, random);
                AssertEqual(next, transaction, table);
                if (random.Next(3) == 0) continue;
                transaction.Commit();
            }
            model = next;
            using var reader = database.BeginRead();
            AssertEqual(model, reader, table);
            Assert.Equal(0, reader.Count(database.GetTable("second")));
        }
    }

    private static void Mutate(
        WriteTransaction transaction, Table table, SortedDictionary<byte[], byte[]> model, Random random)
    {
        var key = RandomKey(random);
        switch (random.Next(10))
        {
            case < 6:
                model[key] = RandomValue(random);
                transaction.Put(table, key, model[key]);
                break;
            case < 9:
                model.Remove(key);
                transaction.Delete(table, key);
                break;
            default:
                foreach (var other in model.Keys.Where(other => other.AsSpan().StartsWith(key)).ToArray())
                    model.Remove(other);
                transaction.DeletePrefix(table, key);
                break;
        }
        Assert.Equal(model.TryGetValue(key, out var expected), transaction.TryGet(table, key, out var found));
        Assert.Equal(expected ?? [], found.ToArray());
    }

    private static void AssertEqual(SortedDictionary<byte[], byte[]> model, ReadTransaction transaction, Table table)
    {
        Assert.Equal(model.Count, transaction.Count(table));
        var forward = new List<string>();
        var backward = new List<string>();
        using var cursor = transaction.OpenCursor(table);
        while (cursor.MoveNext()) forward.Add(Show(cursor.Key, cursor.Value));
        while (cursor.MovePrevious()) backward.Add(Show(cursor.Key, cursor.Value));
        backward.Reverse();
        Assert.Equal(model.Select(entry => Show(entry.Key, entry.Value)), forward);
        Assert.Equal(forward, backward);
    }

    private static string Show(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        $"{Convert.ToHexString(key)}: {Convert.ToHexString(value)}";

    [Fact]
    public void A_cursor_walks_as_an_index_into_the_sorted_keys_does()
    {
        using var database = Database.CreateTemporary(["t"]);
        var table = database.GetTable("t");
        var random = new Random(5);
        var model = NewModel();
        using (var transaction = database.BeginWrite())
        {
            for (int i = 0; i < 60; i++) transaction.Put(table, RandomKey(random), []);
            transaction.Commit();
        }
        using var reader = database.BeginRead();
        using (var cursor = reader.OpenCursor(table))
            while (cursor.MoveNext()) model.Add(cursor.Key.ToArray(), []);
        var keys = model.Keys.ToArray();
        var walker = reader.OpenCursor(table);
        int? at = null;
        for (int step = 0; step < 5000; step++)
        {
            var (expected, found) = random.Next(12) switch
            {
                0 => (keys.Length - 1, walker.MoveLast()),
                < 3 => SeekBoth(keys, ref walker, RandomKey(random)),
                < 8 => (at is { } i ? Math.Min(i + 1, keys.Length) : 0, walker.MoveNext()),
                _ => (at is { } i ? Math.Max(i - 1, -1) : keys.Length - 1, walker.MovePrevious()),
            };
            at = expected;
            Assert.Equal(expected >= 0 && expected < keys.Length, found);
            if (found) Assert.Equal(keys[expected], walker.Key.ToArray());
        }
        walker.Dispose();
    }

    private static (int, bool) SeekBoth(byte[][] keys, ref Cursor cursor, byte[] key)
    {
        int index = Array.FindIndex(keys, other => other.AsSpan().SequenceCompareTo(key) >= 0);
        return (index < 0 ? keys.Length : index, cursor.Seek(key));
    }

    [Fact]
    public void Deleting_the_empty_prefix_empties_the_table()
    {
        using var database = Database.CreateTemporary(["t", "other"]);
        using var transaction = database.BeginWrite();
        for (int i = 0; i < 1000; i++) transaction.Put(database.GetTable("t"), BitConverter.GetBytes(i), [1]);
        transaction.Put(database.GetTable("other"), [1], [2]);

        transaction.DeletePrefix(database.GetTable("t"), []);

        Assert.Equal(0, transaction.Count(database.GetTable("t")));
        Assert.Equal(1, transaction.Count(database.GetTable("other")));
    }
}
