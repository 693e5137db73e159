namespace Weft.Execution.Strategies.Auto;

/// <summary>Time that may be lost by trying what is predicted to be slower: every strategy saves up a share of what the
/// blocks take that others execute, until what it is expected to lose has been saved.</summary>
internal sealed class Budgets
{
    private const double Share = 1.0 / 120;

    /// <summary>What trying costs at least, over the time of the block: so even equals are tried rarely.</summary>
    private const double LossMin = 0.05;

    private const double NanosecondsMax = 100_000_000;

    private readonly double[] _saved = new double[(int)Strategy.Declared + 1];

    public void Save(Strategy executed, double nanoseconds)
    {
        for (int i = 0; i < _saved.Length; i++)
            if (i != (int)executed) _saved[i] = Math.Min(NanosecondsMax, _saved[i] + nanoseconds * Share);
    }

    /// <summary>The strategy that can be tried and loses least, or the one that was chosen.</summary>
    public Strategy Spend(in Prediction prediction, Strategy chosen, ReadOnlySpan<Strategy> strategies)
    {
        var (tried, least) = (chosen, double.MaxValue);
        for (int i = -1; i < strategies.Length; i++)
        {
            var strategy = i < 0 ? Strategy.Serial : strategies[i];
            if (strategy == chosen) continue;
            double loss = Math.Max(0, prediction.AtBest(strategy) - prediction[chosen]) + prediction[chosen] * LossMin;
            if (loss < least && loss <= _saved[(int)strategy]) (tried, least) = (strategy, loss);
        }
        if (tried != chosen) _saved[(int)tried] -= least;
        return tried;
    }
}
