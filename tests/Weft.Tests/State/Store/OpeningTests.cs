using System.Buffers.Binary;
using Weft.State.Store;
using Xunit;

namespace Weft.Tests.State.Store;

/// <summary>What a folder may look like when a database is opened there.</summary>
public sealed class OpeningTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private void Fill(int commits = 5)
    {
        using var database = _folder.Open();
        for (int i = 1; i <= commits; i++) Contents.Commit(database, i);
    }

    [Theory]
    [InlineData(Durability.Seconds)]
    [InlineData(Durability.Block)]
    [InlineData(Durability.Exit)]
    public void What_was_committed_is_there_after_closing_also_for_another_run_of_the_system(Durability durability)
    {
        for (int i = 0; i < 3; i++)
        {
            using var database = _folder.Open(durability, $"boot {i}");
            Assert.Equal(i, Contents.Check(database));
            Contents.Commit(database, i + 1);
        }
    }

    [Fact]
    public void A_missing_folder_is_made_unless_it_must_exist()
    {
        string path = _folder["a/b"];
        var thrown = Assert.Throws<DatabaseException>(() => Database.Open(path, [], new() { MustExist = true }));
        Assert.Equal(DatabaseError.NotFound, thrown.Error);
        Assert.False(Directory.Exists(_folder["a"]));

        Database.Open(path, ["t"]).Dispose();
        Database.Open(path, ["t"], new() { MustExist = true }).Dispose();
    }

    [Fact]
    public void An_empty_folder_is_no_database_when_it_must_exist()
    {
        _folder.Refuses(DatabaseError.NotFound, new() { MustExist = true });
        Assert.Empty(_folder.Snapshot());
    }

    [Fact]
    public void A_folder_with_other_files_is_not_touched()
    {
        File.WriteAllText(_folder["notes.txt"], "mine");
        var before = _folder.Snapshot();

        _folder.Refuses(DatabaseError.NotADatabase);

        Assert.Equal(before, _folder.Snapshot());
    }

    [Fact]
    public void A_file_is_no_folder()
    {
        File.WriteAllText(_folder["file"], "mine");

        var thrown = Assert.Throws<DatabaseException>(() => Database.Open(_folder["file"], ["t"]));
        Assert.Equal(DatabaseError.NotADatabase, thrown.Error);
    }

    [Fact]
    public void A_record_of_another_program_is_refused()
    {
        File.WriteAllText(_folder[DatabaseRecord.FileName], "this is not what Weft writes");

        _folder.Refuses(DatabaseError.NotADatabase);
    }

    [Fact]
    public void A_newer_format_is_refused_and_stays()
    {
        Fill();
        var record = File.ReadAllBytes(_folder[DatabaseRecord.FileName]);
        record[8]++;
        File.WriteAllBytes(_folder[DatabaseRecord.FileName], record);

        Assert.Contains("format 2", _folder.Refuses(DatabaseError.NewerFormat).Message);

        record[8]--;
        File.WriteAllBytes(_folder[DatabaseRecord.FileName], record);
        using var database = _folder.Open();
        Assert.Equal(5, Contents.Check(database));
    }

    [Fact]
    public void A_record_that_is_damaged_or_missing_is_refused()
    {
        Fill();
        var record = File.ReadAllBytes(_folder[DatabaseRecord.FileName]);
        for (int at = 12; at < record.Length; at += 7)
        {
            var damaged = record.ToArray();
            damaged[at] ^= 1;
            File.WriteAllBytes(_folder[DatabaseRecord.FileName], damaged);
            _folder.Refuses(DatabaseError.Corrupt);
        }
        File.WriteAllBytes(_folder[DatabaseRecord.FileName], record[..^1]);
        _folder.Refuses(DatabaseError.Corrupt);
        File.Delete(_folder[DatabaseRecord.FileName]);
        _folder.Refuses(DatabaseError.Corrupt);
        File.WriteAllBytes(_folder[DatabaseRecord.FileName], record);

        using var database = _folder.Open();
        Assert.Equal(5, Contents.Check(database));
    }

    [Fact]
    public void A_data_file_that_was_cut_is_refused_or_whole()
    {
        Fill(12);
        var data = File.ReadAllBytes(_folder.DataFile);
        int refused = 0;
        foreach (int size in new[] { 0, 1, 100, 4096, 8191, 8192, 12_288, data.Length / 2, data.Length - 4096 }
            .Concat(Enumerable.Range(1, 40).Select(i => data.Length - i * 1000)))
        {
            File.WriteAllBytes(_folder.DataFile, data[..Math.Max(0, size)]);
            try
            {
                using var database = _folder.Open();
                Assert.Equal(12, Contents.Check(database));
            }
            catch (DatabaseException e)
            {
                Assert.Contains(e.Error, new[] { DatabaseError.Truncated, DatabaseError.Corrupt });
                Assert.Equal(Math.Max(0, size), new FileInfo(_folder.DataFile).Length);
                refused++;
            }
        }
        Assert.True(refused > 20, $"{refused} refused");
        File.Delete(_folder.DataFile);
        _folder.Refuses(DatabaseError.Truncated);
        File.WriteAllBytes(_folder.DataFile, data);
        using var whole = _folder.Open();
        Assert.Equal(12, Contents.Check(whole));
    }

    [Fact]
    public void Damaged_pages_at_which_a_database_begins_are_refused()
    {
        Fill(12);
        var data = File.ReadAllBytes(_folder.DataFile);
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 300; i++)
        {
            var damaged = data.ToArray();
            int page = random.Next(2);
            for (int n = random.Next(1, 20); n > 0; n--) damaged[page * 4096 + random.Next(152)] = (byte)random.Next(256);
            File.WriteAllBytes(_folder.DataFile, damaged);
            try
            {
                using var file = new LmdbFile(_folder.Path, _folder.DataFile, isWritable: true);
                file.Check(file.ReadNewestMeta());
            }
            catch (DatabaseException)
            {
                refused++;
            }
        }
        Assert.True(refused > 100, $"{refused} refused");
    }

    [Fact]
    public void A_second_opening_is_refused_and_names_the_process()
    {
        using var database = _folder.Open();
        Contents.Commit(database, 1);

        Assert.Contains($"{Environment.ProcessId}", _folder.Refuses(DatabaseError.InUse).Message);

        Contents.Commit(database, 2);
        Assert.Equal(2, Contents.Check(database));
    }

    [Fact]
    public void A_reader_that_outlives_the_database_keeps_the_folder_locked()
    {
        var database = _folder.Open();
        var reader = database.BeginRead();
        database.Dispose();
        _folder.Refuses(DatabaseError.InUse);

        reader.Dispose();

        _folder.Open().Dispose();
    }

    [Fact]
    public void A_start_that_was_killed_begins_again()
    {
        DatabaseRecord.Of(Trust.Creating, SystemBoot.Id).Write(_folder.Path);
        File.WriteAllBytes(_folder.DataFile, new byte[5000]);

        Fill();

        using var database = _folder.Open();
        Assert.Equal(5, Contents.Check(database));
    }

    [Fact]
    public void A_table_that_is_new_is_added()
    {
        Fill();
        using (var database = Database.Open(_folder.Path, ["t", "another"]))
        {
            Assert.Equal(5, Contents.Check(database));
            using var reader = database.BeginRead();
            Assert.Equal(0, reader.Count(database.GetTable("another")));
        }
        using var again = Database.Open(_folder.Path, ["another"]);
        Assert.Throws<ArgumentException>(() => again.GetTable("t"));
    }

    [Fact]
    public void A_file_that_may_be_short_is_opened()
    {
        // Pages taken and given back in one transaction are never written, also at the file's end.
        int shorter = 0;
        for (int seed = 0; seed < 30; seed++)
        {
            using var folder = new TestFolder();
            using (var database = folder.Open())
            {
                using var transaction = database.BeginWrite();
                var table = database.GetTable("t");
                var random = new Random(seed);
                for (int i = 0; i < 300; i++) transaction.Put(table, Name(i), new byte[random.Next(300)]);
                for (int i = 0; i < 300; i++)
                    if (random.Next(seed + 2) != 0) transaction.Delete(table, Name(i));
                transaction.Commit();
                var statistics = database.GetStatistics();
                if (statistics.FileBytes < statistics.Pages * statistics.PageSize) shorter++;
            }
            using var again = folder.Open();
            Contents.Commit(again, 1);
        }
        Assert.True(shorter > 0, "the file was never short");
    }

    private static byte[] Name(int number)
    {
        var name = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(name, number);
        return name;
    }

    [Fact]
    public void Statistics_count_what_is_there()
    {
        using var database = _folder.Open();
        for (int i = 1; i <= 20; i++) Contents.Commit(database, i);

        var statistics = database.GetStatistics();

        using var reader = database.BeginRead();
        var table = Assert.Single(statistics.Tables);
        Assert.Equal(("t", reader.Count(database.GetTable("t"))), (table.Name, table.Entries));
        Assert.InRange(table.Bytes, 1, statistics.FileBytes);
        Assert.InRange(statistics.FreePages, 1, statistics.Pages);
        Assert.True(statistics.LastSync > DateTimeOffset.UtcNow.AddMinutes(-5));
    }

    [Fact]
    public void Compacting_keeps_the_content_and_gives_back_free_pages()
    {
        using (var database = _folder.Open())
        {
            for (int i = 1; i <= 30; i++) Contents.Commit(database, i, changes: 500);
        }
        long before = new FileInfo(_folder.DataFile).Length;

        Database.Compact(_folder.Path);
        Database.Compact(_folder.Path);

        Assert.True(new FileInfo(_folder.DataFile).Length < before * 0.7);
        for (int i = 30; i < 33; i++)
        {
            using var database = _folder.Open(boot: $"boot {i}");
            Assert.Equal(i, Contents.Check(database, changes: 500));
            Contents.Commit(database, i + 1, changes: 500);
        }
    }

    [Fact]
    public void Compacting_needs_a_database_that_nobody_uses()
    {
        var thrown = Assert.Throws<DatabaseException>(() => Database.Compact(_folder.Path));
        Assert.Equal(DatabaseError.NotFound, thrown.Error);
        using var database = _folder.Open();
        thrown = Assert.Throws<DatabaseException>(() => Database.Compact(_folder.Path));
        Assert.Equal(DatabaseError.InUse, thrown.Error);
    }
}
