using System.Diagnostics;
using Weft.Execution.Parallel;

namespace Weft.Execution.Forecasts;

/// <summary>Samples of the times that items took, over several runs of a block; in ticks of <see cref="Stopwatch"/>.
/// Of these the median counts, as of the times that threads are measured to take: how far what is needed has to travel
/// is not noise.</summary>
internal sealed class ItemTimes
{
    private readonly Samples _runs, _publications, _commits, _lateCommits, _confirmations, _confirmedCommits;
    private readonly Samples _applications;
    private readonly Samples[] _gaps = new Samples[EngineCosts.Kinds];
    private readonly (int Worker, long Run, long After)[] _last;

    public ItemTimes(int parts)
    {
        _last = new (int, long, long)[parts];
        (_runs, _publications, _commits) = (new(parts), new(parts), new(parts));
        (_lateCommits, _confirmations, _confirmedCommits) = (new(parts), new(parts), new(parts));
        _applications = new(parts);
        for (int i = 0; i < _gaps.Length; i++) _gaps[i] = new(parts);
    }

    /// <summary>Of an item that is done.</summary>
    /// <param name="worker">Who did it.</param>
    /// <param name="item">That item.</param>
    /// <param name="run">How long its transaction ran.</param>
    /// <param name="rest">What came after that.</param>
    /// <param name="crosses">Only what another processor has run counts; see <see cref="Rehearsal"/>.</param>
    public void Took(int worker, in WorkItem item, long run, long rest, bool crosses)
    {
        int transaction = item.Transaction;
        if (item.Kind == WorkKind.Execute)
        {
            _last[transaction] = (worker, run, rest);
            return;
        }
        if (item.Kind == WorkKind.Commit)
        {
            // Only now is it known that the execution saw what it had to see; others often end early.
            _runs.Add(transaction, _last[transaction].Run);
            _publications.Add(transaction, _last[transaction].After);
        }
        if (crosses && ((worker ^ _last[transaction].Worker) & 1) == 0) return;
        SamplesOf(item)?.Add(transaction, run + rest);
    }

    /// <summary>What ran speculatively was the first then, and is committed.</summary>
    public void TookLate(in WorkItem item, long rest) => _lateCommits.Add(item.Transaction, rest);

    /// <summary>Between the end of an item and the beginning of the next.</summary>
    public void AddGap(WorkKind ended, int transaction, long ticks) => _gaps[(int)ended].Add(transaction, ticks);

    private Samples? SamplesOf(in WorkItem item) => item.Kind switch
    {
        WorkKind.Apply => _applications,
        WorkKind.Confirm => _confirmations,
        WorkKind.Commit => item.IsConfirmed ? _confirmedCommits : _commits,
        _ => null,
    };

    /// <summary>That of each transaction; where it never ran so, what <paramref name="otherwise"/> says.
    /// </summary>
    public long[] Runs(ReadOnlySpan<long> otherwise) => _runs.Medians(otherwise);

    /// <summary>Likewise; that of all where one never was published.</summary>
    public long[] Publications() => _publications.MediansOrUsual();

    public long[] Commits() => _commits.MediansOrUsual();

    public long[] LateCommits() => _lateCommits.MediansOrUsual();

    public long[] Confirmations() => _confirmations.MediansOrUsual();

    public long[] ConfirmedCommits() => _confirmedCommits.MediansOrUsual();

    public long[] Applications() => _applications.MediansOrUsual();

    /// <summary>The mean after items of each kind: some find the next one at once, some look long.</summary>
    public long[] Gaps() => Array.ConvertAll(_gaps, gaps => gaps.MeanOfMedians());
}

/// <summary>Times by part of a block.</summary>
internal sealed class Samples
{
    private readonly List<long>[] _samples;

    public Samples(int parts)
    {
        _samples = new List<long>[parts];
        for (int i = 0; i < parts; i++) _samples[i] = [];
    }

    public void Add(int part, long ticks) => _samples[part].Add(WithoutClock(ticks));

    public static long WithoutClock(long ticks) => Math.Max(0, ticks - TicksOfClock);

    public void Add(ReadOnlySpan<long> ticks)
    {
        for (int i = 0; i < ticks.Length; i++) Add(i, ticks[i]);
    }

    public long[] Medians(ReadOnlySpan<long> otherwise)
    {
        long[] medians = new long[_samples.Length];
        for (int i = 0; i < medians.Length; i++)
            medians[i] = _samples[i].Count == 0 ? otherwise[i] : Median(_samples[i]);
        return medians;
    }

    /// <summary>That of all where there is no sample of one.</summary>
    public long[] MediansOrUsual()
    {
        long[] otherwise = new long[_samples.Length];
        Array.Fill(otherwise, MedianOfAll());
        return Medians(otherwise);
    }

    /// <summary>Over the parts of which there are samples; 0 of none.</summary>
    public long MeanOfMedians()
    {
        long[] known = [.. _samples.Where(samples => samples.Count > 0).Select(Median)];
        return known.Length == 0 ? 0 : (long)known.Average();
    }

    private long MedianOfAll() => Median(_samples.SelectMany(samples => samples).ToList());

    /// <summary>What looking at the clock takes, once in each sample and in no run that nobody observes.</summary>
    private static readonly long TicksOfClock = MeasureClock();

    private static long MeasureClock()
    {
        const int looks = 1000;
        long best = long.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long start = Stopwatch.GetTimestamp(), last = start;
            for (int i = 0; i < looks; i++) last = Stopwatch.GetTimestamp();
            best = Math.Min(best, last - start);
        }
        return best / looks;
    }

    /// <summary>0 of nothing.</summary>
    public static long Median(List<long> samples)
    {
        if (samples.Count == 0) return 0;
        samples.Sort();
        return samples[samples.Count / 2];
    }
}
