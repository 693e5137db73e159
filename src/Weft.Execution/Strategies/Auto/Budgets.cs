namespace Weft.Execution.Strategies.Auto;

/// <summary>Time that may be lost by trying what is predicted to be slower: every strategy saves up a share of what
/// blocks take, and is tried when it has what it is expected to lose. What it loses in the end corrects what is
/// expected of it the next time, and is not taken from what it has: much of it was others' fault.</summary>
internal sealed class Budgets
{
    private const double Share = 1.0 / 150;

    /// <summary>What trying costs at least, over the time of the block: even equals are tried rarely, unless one of
    /// them may well be better.</summary>
    private const double LossMin = 0.25, LossMinPromising = 0.05;

    /// <summary>What may take less than this part of the time may well be better.</summary>
    private const double Promising = 0.9;

    /// <summary>So many blocks are executed as they should be between two tries, unless the last one is to be
    /// confirmed.</summary>
    private const int BlocksBetween = 8, BlocksBetweenPromising = 2;

    /// <summary>Everything can be tried early.</summary>
    private const double FirstNanoseconds = 10_000_000;

    private const double NanosecondsMax = 100_000_000;

    private readonly double[] _saved = new double[(int)Strategy.Declared + 1];
    private int _blocks;
    private Strategy _last;

    public Budgets() => Array.Fill(_saved, FirstNanoseconds);

    /// <summary>After each block.</summary>
    public void Save(Strategy strategy, double nanoseconds)
    {
        _blocks++;
        _last = strategy;
        foreach (ref double saved in _saved.AsSpan())
            saved = Math.Min(NanosecondsMax, saved + nanoseconds * Share);
    }

    /// <summary>The strategy that can be tried and loses least, which is taken from what it has saved up, or the one
    /// that was chosen.</summary>
    public Strategy Find(in Prediction prediction, Strategy chosen, ReadOnlySpan<Strategy> strategies)
    {
        var (tried, least) = (chosen, double.MaxValue);
        for (int i = -1; i < strategies.Length; i++)
        {
            var strategy = i < 0 ? Strategy.Serial : strategies[i];
            if (strategy == chosen) continue;
            double atBest = prediction.AtBest(strategy), expected = prediction[chosen];
            bool isPromising = atBest < expected * Promising;
            int between = !isPromising ? BlocksBetween : strategy == _last ? 0 : BlocksBetweenPromising;
            if (_blocks < between) continue;
            double loss = Math.Max(0, atBest - expected) + expected * (isPromising ? LossMinPromising : LossMin);
            if (loss < least && loss <= _saved[(int)strategy]) (tried, least) = (strategy, loss);
        }
        if (tried == chosen) return chosen;
        (_blocks, _last) = (0, tried);
        _saved[(int)tried] -= least;
        return tried;
    }
}
