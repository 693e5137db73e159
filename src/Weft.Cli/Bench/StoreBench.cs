using System.Diagnostics;
using Weft.Primitives;
using Weft.State;
using Weft.State.Store;

namespace Weft.Cli.Bench;

internal readonly record struct StoreBenchSize(int Entries, int Updates, int Commits, long CacheBytes);

/// <summary>Medians of batches. Reads in nanoseconds each; commits in milliseconds, by durability, and the part of them
/// that LMDB and the disk take after everything was written into the transaction.</summary>
internal sealed record StoreFigures(
    double Fill, long FileBytes, double Hot, double Cold, double Bare, double ColdRatio, double AllocatedPerRead,
    IReadOnlyDictionary<Durability, CommitFigures> Commits, ulong Checksum);

internal readonly record struct CommitFigures(double Whole, double Commit, double Worst);

/// <summary>Reads of accounts through the cache and past it, and commits, on a table of many accounts.</summary>
internal sealed class StoreBench(string folder, StoreBenchSize size, CancellationToken cancellation)
{
    /// <summary>Batches are short, so that most of them are not interrupted by what else the machine does.</summary>
    private const int FillStep = 50_000, HotAccounts = 20_000, ReadBatch = 1_000, ReadBatches = 401;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    private readonly Random _random = new(1);
    private ulong _checksum;

    public int StepCount => (size.Entries + FillStep - 1) / FillStep + ReadBatches + 3 * size.Commits;

    public StoreFigures Run(Action done)
    {
        long start = Stopwatch.GetTimestamp();
        Fill(done);
        double fill = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var (hot, allocated) = MeasureHot();
        var (cold, bare, ratio) = MeasureCold(done);
        var commits = Enum.GetValues<Durability>()
            .ToDictionary(durability => durability, durability => MeasureCommits(durability, done));
        long bytes = Directory.EnumerateFiles(folder).Sum(file => new FileInfo(file).Length);
        return new(fill, bytes, hot, cold, bare, ratio, allocated, commits, _checksum);
    }

    private Database Open(Durability durability) =>
        Database.Open(folder, StateStore.TableNames, new() { Durability = durability });

    // ---- The table ----

    private void Fill(Action done)
    {
        using var database = Open(Durability.Exit);
        using var store = new StateStore(database, 0);
        for (int from = 0; from < size.Entries; from += FillStep)
        {
            cancellation.ThrowIfCancellationRequested();
            var changes = new StateChanges();
            for (int i = from; i < Math.Min(size.Entries, from + FillStep); i++)
                changes.Accounts.Add(AddressOf(i), RandomAccount());
            Commit(database, store, changes);
            done();
        }
    }

    /// <summary>Like hashes: neighbours in number are strangers in the table.</summary>
    private static Address AddressOf(int number)
    {
        ulong a = Mix((ulong)number), b = Mix(a), c = Mix(b);
        return Address.FromWord(new UInt256(a, b, c, 0));
    }

    private static ulong Mix(ulong value)
    {
        value = (value + 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 31)) * 0x94d049bb133111eb;
        return value ^ (value >> 29);
    }

    private Account RandomAccount() => new(
        (ulong)_random.Next(1, 5000), (ulong)_random.NextInt64(1, long.MaxValue), Hash256.OfEmptyCode);

    // ---- Reads ----

    private (double Nanoseconds, double Allocated) MeasureHot()
    {
        using var database = Open(Durability.Exit);
        using var store = new StateStore(database, size.CacheBytes);
        int known = Math.Min(HotAccounts, size.Entries);
        for (int i = 0; i < known; i++) store.TryGetAccount(AddressOf(i), out _);
        var times = new List<double>();
        long allocated = 0;
        var order = new Address[ReadBatch];
        // Until the runtime has compiled what is hot for the last time, which a busy machine does late.
        var (start, warmUp) = (Stopwatch.GetTimestamp(), new Random(2));
        while (Stopwatch.GetElapsedTime(start) < WarmUp)
        {
            for (int i = 0; i < order.Length; i++) order[i] = AddressOf(warmUp.Next(known));
            Time(order, store);
        }
        _checksum = 0;
        for (int batch = 0; batch < ReadBatches; batch++)
        {
            for (int i = 0; i < order.Length; i++) order[i] = AddressOf(_random.Next(known));
            long before = GC.GetAllocatedBytesForCurrentThread();
            times.Add(Time(order, store));
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        return (Median(times), (double)allocated / ReadBatch);
    }

    private double Time(Address[] addresses, StateStore store)
    {
        long start = Stopwatch.GetTimestamp();
        foreach (var address in addresses)
            if (store.TryGetAccount(address, out var account)) _checksum += account.Nonce;
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / addresses.Length;
    }

    /// <summary>Every account once, so that neither the cache nor the processor knows it; batches go to the store and
    /// to LMDB alone, in one snapshot, in turns.</summary>
    private (double Cold, double Bare, double Ratio) MeasureCold(Action done)
    {
        using var database = Open(Durability.Exit);
        using var store = new StateStore(database, size.CacheBytes);
        int batch = Math.Max(1, Math.Min(ReadBatch, size.Entries / ReadBatches));
        var (cold, bare, ratios) = (new List<double>(), new List<double>(), new List<double>());
        double previous = 0;
        for (int i = 0; i < ReadBatches; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var addresses = Enumerable.Range(i * batch, batch).Select(AddressOf).ToArray();
            if (i % 2 == 0) cold.Add(Time(addresses, store));
            else bare.Add(TimeBare(addresses, database));
            if (i > 0) ratios.Add(i % 2 == 0 ? cold[^1] / previous : previous / bare[^1]);
            previous = i % 2 == 0 ? cold[^1] : bare[^1];
            done();
        }
        return (Median(cold), Median(bare), Median(ratios));
    }

    private double TimeBare(Address[] addresses, Database database)
    {
        var table = database.GetTable(StateStore.TableNames[0]);
        Span<byte> copy = stackalloc byte[128];
        using var transaction = database.BeginRead();
        long start = Stopwatch.GetTimestamp();
        foreach (var address in addresses)
        {
            if (!transaction.TryGet(table, address.Bytes, out var value)) continue;
            value.CopyTo(copy);
            _checksum += copy[0];
        }
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / addresses.Length;
    }

    // ---- Commits ----

    private CommitFigures MeasureCommits(Durability durability, Action done)
    {
        using var database = Open(durability);
        using var store = new StateStore(database, size.CacheBytes);
        var (whole, commits) = (new List<double>(), new List<double>());
        for (int i = 0; i < size.Commits; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var changes = new StateChanges();
            while (changes.Accounts.Count < Math.Min(size.Updates, size.Entries))
                changes.Accounts[AddressOf(_random.Next(size.Entries))] = RandomAccount();
            long start = Stopwatch.GetTimestamp();
            commits.Add(Commit(database, store, changes));
            whole.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            done();
        }
        return new(Median(whole), Median(commits), whole.Max());
    }

    /// <summary>Milliseconds of the commit itself.</summary>
    private static double Commit(Database database, StateStore store, StateChanges changes)
    {
        store.Apply(changes);
        var pending = store.Seal();
        using var transaction = database.BeginWrite();
        store.Write(pending, transaction);
        long start = Stopwatch.GetTimestamp();
        transaction.Commit();
        double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        store.Committed(pending);
        return time;
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
