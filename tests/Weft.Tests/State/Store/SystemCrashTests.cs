using System.Diagnostics;
using Weft.State.Store;
using Xunit;
using Xunit.Abstractions;

namespace Weft.Tests.State.Store;

/// <summary>What the disk may hold after the operating system crashed: of what was written since the last sync, any
/// pages and not others.</summary>
public sealed class SystemCrashTests(ITestOutputHelper output)
{
    private const int PageSize = 4096;
    private const string Before = "before the crash", After = "after the crash";

    [Fact]
    public void The_state_at_the_sync_point_is_there_whatever_pages_reached_the_disk()
    {
        using var folder = new TestFolder();
        var random = new Random(11);
        int number = 0, crashes = 0, changedPages = 0;
        using var database = folder.Open(Durability.Seconds, Before);
        for (int round = 0; round < 12; round++)
        {
            for (int i = random.Next(1, 10); i > 0; i--) Contents.Commit(database, ++number);
            database.Sync();
            int synced = number;
            using var atSync = folder.Copy();
            for (int i = random.Next(1, 30); i > 0; i--) Contents.Commit(database, ++number);
            var (old, written) = (File.ReadAllBytes(atSync.DataFile), File.ReadAllBytes(folder.DataFile));
            for (int crash = 0; crash < 6; crash++)
            {
                File.WriteAllBytes(atSync.DataFile, Mix(old, written, random, ref changedPages));
                CheckAfterCrash(atSync, synced);
                File.Copy(folder[DatabaseRecord.FileName], atSync[DatabaseRecord.FileName], overwrite: true);
                crashes++;
            }
        }
        output.WriteLine($"{crashes} crashes, {changedPages} pages changed since the sync points");
        Assert.True(changedPages > 1000, $"only {changedPages} pages changed");
    }

    /// <summary>Each page is the old or the new one; the file ends somewhere between both ends.</summary>
    private static byte[] Mix(byte[] old, byte[] written, Random random, ref int changedPages)
    {
        var mixed = new byte[random.Next(old.Length / PageSize, written.Length / PageSize + 1) * PageSize];
        int share = random.Next(0, 101);
        for (int at = 0; at < mixed.Length; at += PageSize)
        {
            var present = written.AsSpan(at, PageSize);
            var past = at < old.Length ? old.AsSpan(at, PageSize) : new byte[PageSize];
            if (!present.SequenceEqual(past)) changedPages++;
            (random.Next(100) < share ? present : past).CopyTo(mixed.AsSpan(at));
        }
        return mixed;
    }

    private static void CheckAfterCrash(TestFolder folder, int synced)
    {
        using (var database = folder.Open(Durability.Seconds, After))
        {
            Assert.Equal(synced, Contents.Check(database));
            for (int i = 1; i <= 3; i++) Contents.Commit(database, synced + i);
            Assert.Equal(synced + 3, Contents.Check(database));
        }
        using var again = folder.Open(Durability.Block, "a third run");
        Assert.Equal(synced + 3, Contents.Check(again));
    }

    [Fact]
    public void The_sync_point_holds_while_sync_points_follow_each_other_in_the_background()
    {
        using var folder = new TestFolder();
        var random = new Random(3);
        int number = 0, crashes = 0;
        using var database = Database.Open(
            folder.Path, ["t"], new() { Boot = Before, SyncInterval = TimeSpan.FromMilliseconds(25) });
        Contents.Commit(database, ++number);
        // A machine that can hardly read the file between two sync points sees fewer crashes.
        for (var watch = Stopwatch.StartNew(); crashes < 25 && (crashes == 0 || watch.Elapsed.TotalSeconds < 30);)
        {
            var record = File.ReadAllBytes(folder[DatabaseRecord.FileName]);
            var old = File.ReadAllBytes(folder.DataFile);
            // Only where the copy is of one moment is the record's snapshot in it for certain.
            if (!record.AsSpan().SequenceEqual(File.ReadAllBytes(folder[DatabaseRecord.FileName]))) continue;
            int least = number;
            for (int i = random.Next(1, 5); i > 0; i--) Contents.Commit(database, ++number);
            var written = File.ReadAllBytes(folder.DataFile);
            // The pin is given up when the next record is in place, so this record's pages were still held then.
            if (!record.AsSpan().SequenceEqual(File.ReadAllBytes(folder[DatabaseRecord.FileName]))) continue;
            using var crashed = new TestFolder();
            int ignored = 0;
            File.WriteAllBytes(crashed[DatabaseRecord.FileName], record);
            File.WriteAllBytes(crashed.DataFile, Mix(old, written, random, ref ignored));
            using var after = crashed.Open(Durability.Seconds, After);
            Assert.InRange(Contents.Check(after), 0, least);
            crashes++;
        }
    }

    [Fact]
    public void A_killed_process_on_a_running_system_goes_on_behind_its_sync_point()
    {
        using var folder = new TestFolder();
        using var database = folder.Open(Durability.Seconds, Before);
        Contents.Commit(database, 1);
        database.Sync();
        Contents.Commit(database, 2);
        using var killed = folder.Copy();

        using (var same = killed.Open(Durability.Seconds, Before))
        {
            Assert.Equal(2, Contents.Check(same));
            // The first write makes a sync point of what the killed process left.
            Contents.Commit(same, 3);
            using var crashed = killed.Copy();
            using var after = crashed.Open(Durability.Seconds, After);
            Assert.Equal(2, Contents.Check(after));
        }
        using var closed = killed.Open(Durability.Seconds, After);
        Assert.Equal(3, Contents.Check(closed));
    }

    [Fact]
    public void With_every_commit_synced_the_last_commit_is_there()
    {
        using var folder = new TestFolder();
        using var database = folder.Open(Durability.Block, Before);
        for (int i = 1; i <= 5; i++) Contents.Commit(database, i);
        using var crashed = folder.Copy();

        using var after = crashed.Open(Durability.Seconds, After);
        Assert.Equal(5, Contents.Check(after));
    }

    [Fact]
    public void What_was_to_be_safe_only_when_closed_is_refused_after_a_crash()
    {
        using var folder = new TestFolder();
        using var database = folder.Open(Durability.Exit, Before);
        Contents.Commit(database, 1);
        using (var synced = folder.Copy())
        {
            synced.Refuses(DatabaseError.Corrupt);
            using var same = synced.Open(Durability.Exit, Before);
            Assert.Equal(1, Contents.Check(same));
        }
        database.Sync();
        using var crashed = folder.Copy();
        using var after = crashed.Open(Durability.Exit, After);
        Assert.Equal(1, Contents.Check(after));
    }
}
