using Weft.State.MultiVersion;

namespace Weft.Execution.Parallel;

/// <summary>
/// Runs virtual workers one at a time: at every switch point a seed decides whether another one goes on. The same seed,
/// the same schedule, so a result that differs from serial can be had again.
/// </summary>
public sealed class Interleaver : IDriver, ISwitchPoint
{
    private readonly VirtualWorkers _workers;
    private readonly List<int> _alive = [];
    private readonly int _rarity;
    private Random _random = new(0);

    /// <summary>One switch point in <paramref name="rarity"/> changes the worker, on average.</summary>
    public Interleaver(int workers, int rarity = 3) => (_workers, _rarity) = (new(workers), rarity);

    public int Workers => _workers.Count;

    public ISwitchPoint SwitchPoint => this;

    ISwitchPoint? IDriver.SwitchPoint => this;

    /// <summary>The schedule of the next <see cref="Run"/>.</summary>
    public int Seed
    {
        set => _random = new(value);
    }

    public void Run(Action<int> work)
    {
        _alive.Clear();
        for (int i = 0; i < Workers; i++) _alive.Add(i);
        _workers.Run(work, Pick(), Leave);
    }

    public void Pass()
    {
        // Before and after the transactions nobody else is there.
        if (_alive.Count > 1 && _random.Next(_rarity) == 0) Switch();
    }

    public void Idle(ref SpinWait spinner) => Switch();

    public void Dispose() => _workers.Dispose();

    private void Switch() => _workers.SwitchTo(Pick());

    private int Leave(int worker)
    {
        _alive.Remove(worker);
        return _alive.Count == 0 ? -1 : Pick();
    }

    private int Pick() => _alive[_random.Next(_alive.Count)];
}
