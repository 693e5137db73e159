using System.Buffers.Binary;
using Weft.State.Store;

namespace Weft.Tests.State.Store;

/// <summary>Commits that follow from their number, so that what is found in a database tells which it holds, and that
/// it holds all of it.</summary>
internal static class Contents
{
    private const int Keys = 600;

    /// <summary>Key 0 holds the number; others change at random, some to values that take pages of their own.</summary>
    public static void Commit(Database database, int number, int changes = 60)
    {
        using var transaction = database.BeginWrite();
        Write(transaction, database.GetTable("t"), number, changes);
        transaction.Commit();
    }

    public static void Write(WriteTransaction transaction, Table table, int number, int changes)
    {
        foreach (var (key, value) in Changes(number, changes))
        {
            if (value is null) transaction.Delete(table, key);
            else transaction.Put(table, key, value);
        }
        transaction.Put(table, Key(0), BitConverter.GetBytes(number));
    }

    /// <summary>The number of the last commit, after comparing everything with it.</summary>
    public static int Check(Database database, int changes = 60)
    {
        using var reader = database.BeginRead();
        var table = database.GetTable("t");
        var expected = new SortedDictionary<int, string>();
        int last = reader.TryGet(table, Key(0), out var value) ? BitConverter.ToInt32(value) : 0;
        for (int number = 1; number <= last; number++)
        {
            foreach (var (key, content) in Changes(number, changes))
            {
                int name = BinaryPrimitives.ReadInt32BigEndian(key);
                if (content is null) expected.Remove(name);
                else expected[name] = Convert.ToHexString(content);
            }
        }
        if (last > 0) expected[0] = Convert.ToHexString(BitConverter.GetBytes(last));
        var found = new SortedDictionary<int, string>();
        using var cursor = reader.OpenCursor(table);
        while (cursor.MoveNext())
            found.Add(BinaryPrimitives.ReadInt32BigEndian(cursor.Key), Convert.ToHexString(cursor.Value));
        Xunit.Assert.Equal(expected, found);
        return last;
    }

    private static byte[] Key(int name)
    {
        var key = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(key, name);
        return key;
    }

    private static IEnumerable<(byte[] Key, byte[]? Value)> Changes(int number, int count)
    {
        var random = new Random(number);
        for (int i = 0; i < count; i++)
        {
            var key = Key(random.Next(1, Keys));
            if (random.Next(4) == 0)
            {
                yield return (key, null);
                continue;
            }
            var value = new byte[random.Next(15) == 0 ? random.Next(12_000) : random.Next(200)];
            random.NextBytes(value);
            yield return (key, value);
        }
    }
}
