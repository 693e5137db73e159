using Weft.State.MultiVersion;

namespace Weft.Execution.Parallel;

/// <summary>At the given switch point, counted from the beginning of a block, this worker goes on.</summary>
public readonly record struct Switch(int Point, int Worker);

/// <summary>
/// Runs virtual workers one at a time: at every switch point a seed, or a list, decides whether another one goes on.
/// The same seed or list, the same schedule, so a result that differs from serial can be had again.
/// </summary>
public sealed class Interleaver : IDriver, ISwitchPoint
{
    /// <summary>A block for which that does not suffice never ends.</summary>
    private const int PointsMax = 10_000_000;

    private static readonly int[] _confirmLeads = [0, 1, 2, Scheduler.ConfirmedInRow];

    private readonly VirtualWorkers _workers;
    private readonly List<int> _alive = [];
    private readonly int _rarity;
    private readonly List<Switch> _switches = [];
    private Random _random = new(0);
    private int _listed;

    /// <summary>One switch point in <paramref name="rarity"/> changes the worker, on average.</summary>
    public Interleaver(int workers, int rarity = 3) => (_workers, _rarity) = (new(workers, Placing.Together), rarity);

    public int Workers => _workers.Count;

    public ISwitchPoint SwitchPoint => this;

    ISwitchPoint? IDriver.SwitchPoint => this;

    /// <summary>The schedule of the next <see cref="Run"/>, and how far ahead transactions are validated.</summary>
    public int Seed
    {
        set => (_random, ConfirmLead) = (new(value), _confirmLeads[(value & int.MaxValue) % _confirmLeads.Length]);
    }

    public int ConfirmLead { get; private set; } = Scheduler.ConfirmedInRow;

    /// <summary>Decides instead of the seed, by ascending points. Where a worker cannot go on and the list does not say
    /// who does, the next one by number does.</summary>
    public IReadOnlyList<Switch>? Schedule { get; set; }

    /// <summary>Switch points so far in this block.</summary>
    public int Point { get; private set; }

    /// <summary>Who runs now.</summary>
    public int Current => _workers.Current;

    /// <summary>What happened in the last block: as a <see cref="Schedule"/> it happens again.</summary>
    public IReadOnlyList<Switch> Switches => _switches;

    public void Run(Action<int> work)
    {
        _alive.Clear();
        for (int i = 0; i < Workers; i++) _alive.Add(i);
        (Point, _listed) = (0, 0);
        _switches.Clear();
        _workers.Run(work, Note(Pick(mustSwitch: false, from: 0)), Leave);
    }

    public void Pass()
    {
        // Before and after the transactions nobody else is there.
        if (_alive.Count > 1) Go(mustSwitch: false);
    }

    public void Idle(ref SpinWait spinner) => Go(mustSwitch: true);

    public void Dispose() => _workers.Dispose();

    private void Go(bool mustSwitch)
    {
        if (++Point > PointsMax)
            throw new InvalidOperationException($"the block has not ended after {Point} switch points");
        int next = Pick(mustSwitch, Current);
        if (mustSwitch || next != Current) _workers.SwitchTo(Note(next));
    }

    private int Leave(int worker)
    {
        _alive.Remove(worker);
        Point++;
        return _alive.Count == 0 ? -1 : Note(Pick(mustSwitch: true, worker));
    }

    private int Pick(bool mustSwitch, int from)
    {
        if (Schedule is not null) return PickListed(mustSwitch, from);
        if (!mustSwitch && Point > 0 && _random.Next(_rarity) != 0) return from;
        return _alive[_random.Next(_alive.Count)];
    }

    private int PickListed(bool mustSwitch, int from)
    {
        while (_listed < Schedule!.Count && Schedule[_listed].Point < Point) _listed++;
        if (_listed < Schedule.Count && Schedule[_listed].Point == Point && _alive.Contains(Schedule[_listed].Worker))
            return Schedule[_listed].Worker;
        if (!mustSwitch) return from;
        foreach (int worker in _alive)
            if (worker > from) return worker;
        return _alive[0];
    }

    private int Note(int worker)
    {
        _switches.Add(new(Point, worker));
        return worker;
    }
}
