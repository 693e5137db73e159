using Weft.State.Store;
using Xunit;

namespace Weft.Tests.State.Store;

public sealed class TransactionTests : IDisposable
{
    private readonly Database _database = Database.CreateTemporary(["t"]);

    private Table Table => _database.GetTable("t");

    public void Dispose() => _database.Dispose();

    private void Put(byte key, byte value)
    {
        using var transaction = _database.BeginWrite();
        transaction.Put(Table, [key], [value]);
        transaction.Commit();
    }

    private static byte[]? Get(ReadTransaction transaction, Table table, byte key) =>
        transaction.TryGet(table, [key], out var value) ? value.ToArray() : null;

    [Fact]
    public void A_reader_sees_the_last_commit_before_it_began()
    {
        Put(1, 10);
        using var before = _database.BeginRead();
        Put(1, 20);
        using var after = _database.BeginRead();

        Assert.Equal([10], Get(before, Table, 1));
        Assert.Equal([20], Get(after, Table, 1));
    }

    [Fact]
    public void A_reader_does_not_see_what_is_not_committed()
    {
        using var writer = _database.BeginWrite();
        writer.Put(Table, [1], [1]);
        using var reader = _database.BeginRead();

        Assert.Null(Get(reader, Table, 1));
        Assert.Equal([1], Get(writer, Table, 1));
    }

    [Fact]
    public void Dispose_without_commit_undoes()
    {
        using (var writer = _database.BeginWrite()) writer.Put(Table, [1], [1]);

        using var reader = _database.BeginRead();
        Assert.Null(Get(reader, Table, 1));
    }

    [Fact]
    public void A_reader_that_is_used_again_sees_the_present()
    {
        for (byte i = 0; i < 50; i++)
        {
            Put(1, i);
            using var reader = _database.BeginRead();
            Assert.Equal([i], Get(reader, Table, 1)!);
        }
    }

    [Fact]
    public void A_second_writer_waits_for_the_first()
    {
        var first = _database.BeginWrite();
        var second = Background.Run(() => Put(1, 2));

        Assert.False(second.EndsWithin(100));
        first.Put(Table, [1], [1]);
        first.Commit();
        first.Dispose();

        second.Join();
        using var reader = _database.BeginRead();
        Assert.Equal([2], Get(reader, Table, 1));
    }

    [Fact]
    public void A_thread_that_writes_is_told_when_it_begins_again()
    {
        using var first = _database.BeginWrite();

        Assert.Throws<InvalidOperationException>(() => _database.BeginWrite());
    }

    [Fact]
    public void A_write_transaction_belongs_to_its_thread()
    {
        using var writer = _database.BeginWrite();
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(() => writer.Put(Table, [1], [1])));
        thread.Start();
        thread.Join();

        Assert.IsType<InvalidOperationException>(thrown);
    }

    [Fact]
    public void What_has_ended_is_refused()
    {
        var reader = _database.BeginRead();
        var writer = _database.BeginWrite();
        reader.Dispose();
        reader.Dispose();
        writer.Commit();

        Assert.Throws<ObjectDisposedException>(() => Get(reader, Table, 1));
        Assert.Throws<ObjectDisposedException>(() => reader.OpenCursor(Table).Dispose());
        Assert.Throws<ObjectDisposedException>(() => writer.Put(Table, [1], [1]));
        Assert.Throws<ObjectDisposedException>(writer.Commit);
        writer.Dispose();
    }

    [Fact]
    public void A_cursor_may_outlive_its_transaction_but_not_be_used()
    {
        Put(1, 1);
        var writer = _database.BeginWrite();
        var cursor = writer.OpenCursor(Table);
        Assert.True(cursor.MoveNext());
        writer.Commit();
        bool refused = false;
        try
        {
            cursor.MoveNext();
        }
        catch (ObjectDisposedException)
        {
            refused = true;
        }
        cursor.Dispose();

        Assert.True(refused);
    }

    [Fact]
    public void A_cursor_has_to_seek_after_a_write()
    {
        Put(1, 1);
        Put(2, 2);
        using var writer = _database.BeginWrite();
        using var cursor = writer.OpenCursor(Table);
        Assert.True(cursor.MoveNext());
        writer.Delete(Table, [1]);
        bool refused = false;
        try
        {
            cursor.MoveNext();
        }
        catch (InvalidOperationException)
        {
            refused = true;
        }

        Assert.True(refused);
        Assert.True(cursor.Seek([1]));
        Assert.Equal([2], cursor.Key.ToArray());
    }

    [Fact]
    public void Keys_that_LMDB_does_not_take_are_refused()
    {
        using var writer = _database.BeginWrite();

        Assert.Throws<ArgumentException>(() => writer.Put(Table, [], [1]));
        Assert.Throws<ArgumentException>(() => writer.Put(Table, new byte[512], [1]));
        writer.Put(Table, new byte[511], [1]);
        Assert.Throws<ArgumentException>(() => _database.GetTable("another"));
    }

    [Fact]
    public void Open_readers_outlive_the_database()
    {
        Put(1, 7);
        var reader = _database.BeginRead();
        _database.Dispose();

        Assert.Equal([7], Get(reader, Table, 1));
        Assert.Throws<ObjectDisposedException>(() => _database.BeginRead());
        Assert.Throws<ObjectDisposedException>(() => _database.BeginWrite());
        reader.Dispose();
    }

    [Fact]
    public void Concurrent_readers_see_whole_commits()
    {
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Background.Run(() =>
        {
            int count = 0;
            while (!stop.IsCancellationRequested || count == 0)
            {
                using var reader = _database.BeginRead();
                Assert.Equal(Get(reader, Table, 1), Get(reader, Table, 2));
                count++;
            }
        })).ToArray();
        for (byte i = 0; i < 200; i++)
        {
            using var writer = _database.BeginWrite();
            writer.Put(Table, [1], [i]);
            writer.Put(Table, [2], [i]);
            writer.Commit();
        }
        stop.Cancel();
        foreach (var reader in readers) reader.Join();
    }
}
