using Weft.State.Store;
using Xunit;
using Xunit.Abstractions;

namespace Weft.Tests.State.Store;

/// <summary>Processes that are killed or starved while they commit; what they acknowledged has to be there.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    [Fact]
    public void A_killed_process_loses_nothing_that_it_acknowledged()
    {
        using var folder = new TestFolder();
        var random = new Random(7);
        int acknowledged = 0, rounds = 0;
        foreach (var durability in new[] { Durability.Seconds, Durability.Exit, Durability.Block, Durability.Seconds })
        {
            using (var writer = StoreWriter.Start(folder.Path, durability, 1_000_000))
            {
                string first = writer.ReadLine() ?? "";
                Assert.Equal($"committed {acknowledged + 1}", first);
                Thread.Sleep(random.Next(150));
                writer.Kill();
                acknowledged = StoreWriter.Last(writer.ReadToEnd().Prepend(first), "committed");
            }
            acknowledged = CheckKept(folder, acknowledged);
            rounds++;
        }
        output.WriteLine($"{rounds} kills, {acknowledged} commits");
    }

    /// <summary>The last commit may have happened without being acknowledged. Goes on from there.</summary>
    private static int CheckKept(TestFolder folder, int acknowledged)
    {
        using var database = folder.Open();
        int found = Contents.Check(database);
        Assert.InRange(found, acknowledged, acknowledged + 1);
        Contents.Commit(database, found + 1);
        Assert.Equal(found + 1, Contents.Check(database));
        return found + 1;
    }

    [Theory]
    [InlineData("weft.mdb", Durability.Seconds)]
    [InlineData("weft.mdb", Durability.Block)]
    [InlineData("weft.db.tmp", Durability.Seconds)]
    public void A_process_killed_inside_a_write_or_sync_loses_nothing(string file, Durability durability)
    {
        using var faults = FaultLibrary.Compile();
        if (faults is null) return;
        int calls = CountCalls(faults, file, durability), hits = 0;
        string[] kinds = ["before", "torn", "after"];
        // Every call in turn, with the kinds of death taking turns as well; both change from file to file.
        int step = Math.Max(1, calls / 14);
        for (int at = 1 + hits % step; at <= calls; at += step)
        {
            using var folder = new TestFolder();
            using (var database = folder.Open(durability)) Contents.Commit(database, 1);
            string kind = kinds[hits++ % kinds.Length];
            using var writer = StoreWriter.Start(folder.Path, durability, 3, faults.Hit(file, kind, at));
            var lines = writer.ReadToEnd();
            Assert.DoesNotContain(lines, line => line.StartsWith("failed", StringComparison.Ordinal));
            CheckKept(folder, Math.Max(1, StoreWriter.Last(lines, "committed")));
        }
        output.WriteLine($"{hits} deaths in {calls} calls on {file}");
        Assert.True(hits >= 3, $"{hits} of {calls} calls");
    }

    private static int CountCalls(FaultLibrary faults, string file, Durability durability)
    {
        using var folder = new TestFolder();
        using (var database = folder.Open(durability)) Contents.Commit(database, 1);
        using var writer = StoreWriter.Start(folder.Path, durability, 3, faults.Hit(file, "none", 0));
        Assert.Equal(4, StoreWriter.Last(writer.ReadToEnd(), "committed"));
        return faults.Calls;
    }

    [Theory]
    [InlineData("ENOSPC", DatabaseError.DiskFull)]
    [InlineData("EIO", DatabaseError.InputOutput)]
    [InlineData("short", DatabaseError.InputOutput)]
    public void A_full_or_broken_disk_is_an_error_that_loses_nothing(string kind, DatabaseError expected)
    {
        using var faults = FaultLibrary.Compile();
        if (faults is null) return;
        int failures = 0;
        foreach (var durability in new[] { Durability.Seconds, Durability.Block })
        {
            foreach (int at in new[] { 1, 2, 4, 9, 15 })
            {
                using var folder = new TestFolder();
                using (var database = folder.Open(durability)) Contents.Commit(database, 1);
                using var writer = StoreWriter.Start(folder.Path, durability, 3, faults.Hit("weft.mdb", kind, at));
                var lines = writer.ReadToEnd();
                int committed = Math.Max(1, StoreWriter.Last(lines, "committed"));
                if (lines.Contains($"failed {expected}"))
                {
                    failures++;
                    // Where a meta page was hit, LMDB wants to be opened again before it even reads.
                    Assert.Contains(
                        lines, line => line == $"holds {committed}" || line.StartsWith("refused", default));
                }
                CheckKept(folder, committed);
            }
        }
        output.WriteLine($"{failures} failures");
        Assert.True(failures >= 5, $"{failures} failures");
    }

    [Fact]
    public void A_process_killed_while_it_creates_a_database_leaves_a_folder_that_opens()
    {
        using var faults = FaultLibrary.Compile();
        if (faults is null) return;
        foreach (var (file, at) in new[] { ("weft.db.tmp", 1), ("weft.mdb", 1), ("weft.mdb", 3), ("weft.db.tmp", 3) })
        {
            using var folder = new TestFolder();
            using var writer = StoreWriter.Start(
                folder.Path, Durability.Seconds, 1, faults.Hit(file, at == 3 ? "torn" : "before", at));
            Assert.Empty(writer.ReadToEnd());
            CheckKept(folder, 0);
        }
    }
}
