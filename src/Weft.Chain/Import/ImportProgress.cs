using System.Diagnostics;

namespace Weft.Chain.Import;

/// <summary>How far an import is and where its time went. Counts only go up; any thread may add, any may read, and what
/// is read may be a moment old.</summary>
public sealed class ImportProgress
{
    private static readonly int StageCount = Enum.GetValues<ImportStage>().Length;

    private readonly long[] _ticks = new long[StageCount];
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _blocks, _gas, _transactions, _known, _bytes, _number;

    /// <summary>Blocks that became part of the database.</summary>
    public long Blocks => Volatile.Read(ref _blocks);

    /// <summary>Gas that they used.</summary>
    public long Gas => Volatile.Read(ref _gas);

    public long Transactions => Volatile.Read(ref _transactions);

    /// <summary>Blocks that were there before; those that were passed over unread are not counted.</summary>
    public long Known => Volatile.Read(ref _known);

    /// <summary>Bytes of blocks that were read.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The number of the block that was finished last.</summary>
    public ulong Number => (ulong)Volatile.Read(ref _number);

    /// <summary>Since the record was made.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>Time in a stage, summed over threads.</summary>
    public TimeSpan TimeIn(ImportStage stage) =>
        TimeSpan.FromSeconds((double)Volatile.Read(ref _ticks[(int)stage]) / Stopwatch.Frequency);

    /// <summary><paramref name="since"/> is a <see cref="Stopwatch.GetTimestamp"/>; gives the one of now, for the next
    /// stage.</summary>
    public long AddTime(ImportStage stage, long since)
    {
        long now = Stopwatch.GetTimestamp();
        Interlocked.Add(ref _ticks[(int)stage], now - since);
        return now;
    }

    public void AddRead(int bytes) => Interlocked.Add(ref _bytes, bytes);

    public void AddKnown(ulong number)
    {
        Interlocked.Increment(ref _known);
        Volatile.Write(ref _number, (long)number);
    }

    public void AddBlock(ulong number, ulong gas, int transactions)
    {
        Interlocked.Increment(ref _blocks);
        Interlocked.Add(ref _gas, (long)gas);
        Interlocked.Add(ref _transactions, transactions);
        Volatile.Write(ref _number, (long)number);
    }
}
