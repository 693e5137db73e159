using System.Diagnostics;
using Weft.Execution.Parallel;

namespace Weft.Execution.Forecasts;

/// <summary>Samples of the times that items took, over several runs of a block; in ticks of <see cref="Stopwatch"/>.
/// Of these the lower quartile counts: whatever else the machine does only adds.</summary>
internal sealed class ItemTimes(int parts)
{
    private readonly Samples _runs = new(parts), _publications = new(parts), _commits = new(parts);
    private readonly Samples _confirmations = new(parts), _confirmedCommits = new(parts), _applications = new(parts);
    private readonly List<long> _gaps = [];
    private readonly (long Run, long After)[] _last = new (long, long)[parts];

    /// <summary><paramref name="rest"/>: after the transaction had run.</summary>
    public void Took(in WorkItem item, long run, long rest)
    {
        if (item.Kind == WorkKind.Execute) _last[item.Transaction] = (run, rest);
        if (item.Kind == WorkKind.Apply) _applications.Add(item.Transaction, run + rest);
        if (item.Kind == WorkKind.Confirm) _confirmations.Add(item.Transaction, run + rest);
        if (item.Kind != WorkKind.Commit) return;
        // Only now is it known that the execution saw what it had to see; others often end early.
        _runs.Add(item.Transaction, _last[item.Transaction].Run);
        _publications.Add(item.Transaction, _last[item.Transaction].After);
        (item.IsConfirmed ? _confirmedCommits : _commits).Add(item.Transaction, run + rest);
    }

    public void AddGap(long ticks) => _gaps.Add(Samples.WithoutClock(ticks));

    /// <summary>That of each transaction; where it never ran so, what <paramref name="otherwise"/> says.
    /// </summary>
    public long[] Runs(ReadOnlySpan<long> otherwise) => _runs.Quartiles(otherwise);

    /// <summary>Likewise; that of all where one never was published.</summary>
    public long[] Publications() => _publications.QuartilesOrUsual();

    public long[] Commits() => _commits.QuartilesOrUsual();

    public long[] Confirmations() => _confirmations.QuartilesOrUsual();

    public long[] ConfirmedCommits() => _confirmedCommits.QuartilesOrUsual();

    public long[] Applications() => _applications.QuartilesOrUsual();

    public long Gap => Samples.Quartile(_gaps);
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

    public long[] Quartiles(ReadOnlySpan<long> otherwise)
    {
        long[] medians = new long[_samples.Length];
        for (int i = 0; i < medians.Length; i++)
            medians[i] = _samples[i].Count == 0 ? otherwise[i] : Quartile(_samples[i]);
        return medians;
    }

    /// <summary>That of all where there is no sample of one.</summary>
    public long[] QuartilesOrUsual()
    {
        long[] otherwise = new long[_samples.Length];
        Array.Fill(otherwise, QuartileOfAll());
        return Quartiles(otherwise);
    }

    private long QuartileOfAll() => Quartile(_samples.SelectMany(samples => samples).ToList());

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
    public static long Quartile(List<long> samples)
    {
        if (samples.Count == 0) return 0;
        samples.Sort();
        return samples[samples.Count / 4];
    }
}
