using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Execution.Strategies.Auto;

/// <summary>
/// Predicts what a block takes serially and under each parallel strategy, and learns from what it took. Costs belong to
/// the functions that are called: gas, nanoseconds per gas, and for each strategy the ratio of its time to the serial
/// one, which is overhead and conflicts and threads in one number. A block is the sum over a sample of its
/// transactions. One thread at a time. Results never depend on it, only time does.
/// </summary>
/// <remarks>Only whole blocks are measured, for a clock around each transaction would cost more than it is worth. The
/// error of a prediction goes to all that took part, in proportion; over many blocks each callee comes by what is its
/// own.</remarks>
internal sealed class CostModel
{
    /// <summary>What waking sleeping threads takes.</summary>
    public const double WakeNanoseconds = 50_000;

    /// <summary>Blocks with less work than this are executed serially.</summary>
    public const double LittleWork = 2 * WakeNanoseconds;

    /// <summary>A quarter of the work that counts as little: what is surely less is not looked at any further.</summary>
    private const double SurelyLittle = LittleWork / 4;

    /// <summary>What a parallel strategy must be predicted to take at most, over serial time.</summary>
    private const double WorthIt = 0.95;

    private const double KnownShareMin = 0.5;

    /// <summary>One part in so many of all time may be lost by trying what is predicted to be slower.</summary>
    private const double ExplorationShare = 1.0 / 128;

    /// <summary>What trying costs at least, over the time of the block: so even equals are tried rarely.</summary>
    private const double ExplorationMin = 0.1;

    private const double BudgetMax = 100_000_000;

    private const int SampleMin = 16, SampleMax = 256, SampleShare = 8, Glance = 4;

    private const float RatioMin = 0.01f, RatioMax = 16;

    private readonly CallTable _calls = new();
    private readonly CallCost[] _classes = new CallCost[CallClass.Count];
    private readonly SeenSet _seen = new();
    private readonly Sampled[] _sample = new Sampled[SampleMax];
    private int _sampleCount, _block;
    private double _budget;

    /// <summary>A call in the sample: its transaction, its place in the table, its class.</summary>
    private record struct Sampled(int Transaction, int Place, int Class);

    public CostModel(int workers)
    {
        // Hopeful, so that what is not known is tried.
        float ratio = Math.Max(1.2f / workers, 0.15f);
        for (int i = 0; i < _classes.Length; i++)
        {
            ref CallCost cost = ref _classes[i];
            (cost.Gas, cost.NanosecondsPerGas.Value) = CallClass.FirstGuess(i);
            for (int s = 0; s < ParallelEstimates.Count; s++) cost.Ratios[s].Value = ratio;
        }
    }

    // ---- Before ----

    public Prediction Predict(Block block)
    {
        _block++;
        var transactions = block.Transactions;
        var prediction = new Prediction();
        prediction.Serial = PredictRoughly(block, transactions);
        if (prediction.Serial < SurelyLittle) return prediction;

        _sampleCount = Math.Min(
            transactions.Count, Math.Clamp(transactions.Count / SampleShare, SampleMin, SampleMax));
        double gas = 0, time = 0, known = 0;
        Span<double> parallel = stackalloc double[ParallelEstimates.Count];
        parallel.Clear();
        _seen.Begin();
        for (int i = 0; i < _sampleCount; i++)
        {
            int index = (int)((long)i * transactions.Count / _sampleCount);
            var call = CallClass.Of(transactions[index], _seen);
            int place = _calls.FindOrAdd(call.Key, _classes[call.Number], _block);
            _sample[i] = new(index, place, call.Number);
            ref CallCost cost = ref _calls[place];
            double nanoseconds = cost.Gas * cost.NanosecondsPerGas.Value;
            gas += cost.Gas;
            time += nanoseconds;
            if (cost.NanosecondsPerGas.IsTrusted) known += nanoseconds;
            for (int s = 0; s < parallel.Length; s++) parallel[s] += nanoseconds * RatioOf(cost, call.Number, s);
        }
        prediction.Serial = time * (ClaimedGas(block) ?? gas * transactions.Count / _sampleCount) / gas;
        prediction.KnownShare = known / time;
        for (int s = 0; s < parallel.Length; s++)
            prediction[Strategy.Optimistic + s] = WakeNanoseconds + prediction.Serial * parallel[s] / time;
        return prediction;
    }

    /// <summary>By a few transactions.</summary>
    private double PredictRoughly(Block block, IReadOnlyList<Transaction> transactions)
    {
        double gas = 0, time = 0;
        int count = Math.Min(Glance, transactions.Count);
        _seen.Begin();
        for (int i = 0; i < count; i++)
        {
            var call = CallClass.Of(transactions[(2 * i + 1) * transactions.Count / (2 * count)], _seen);
            ref CallCost cost = ref _classes[call.Number];
            gas += cost.Gas;
            time += cost.Gas * cost.NanosecondsPerGas.Value;
        }
        return count == 0 ? 0 : time * (ClaimedGas(block) ?? gas * transactions.Count / count) / gas;
    }

    /// <summary>The gas that the header claims, where it may be true: a block that is being built has none yet.
    /// </summary>
    private static double? ClaimedGas(Block block)
    {
        // What any transaction pays, half of which may come back (EIP-2200 and before).
        const ulong transactionGasMin = 21_000 / 2;
        ulong gas = block.Header.GasUsed;
        bool mayBe = gas <= block.Header.GasLimit && gas >= (ulong)block.Transactions.Count * transactionGasMin;
        return mayBe ? gas : null;
    }

    private float RatioOf(in CallCost cost, int number, int strategy) => cost.Ratios[strategy].Measurements > 0
        ? cost.Ratios[strategy].Value
        : _classes[number].Ratios[strategy].Value;

    // ---- Choice ----

    /// <summary>Of serial execution and the strategies that can be had for the block.</summary>
    public Strategy Choose(
        in Prediction prediction, ReadOnlySpan<Strategy> strategies, out StrategyReason reason)
    {
        reason = prediction.Serial < LittleWork ? StrategyReason.LittleWork
            : prediction.KnownShare < KnownShareMin ? StrategyReason.Unknown
            : StrategyReason.NotFaster;
        if (reason != StrategyReason.NotFaster) return Strategy.Serial;
        var best = strategies[0];
        foreach (var strategy in strategies)
            if (prediction[strategy] < prediction[best]) best = strategy;
        bool isFaster = prediction[best] < prediction.Serial * WorthIt;
        if (isFaster) reason = StrategyReason.Faster;
        var (chosen, other) = isFaster ? (best, Strategy.Serial) : (Strategy.Serial, best);
        double loss = Math.Max(0, prediction[other] - prediction[chosen]) + prediction[chosen] * ExplorationMin;
        if (_budget < loss) return chosen;
        _budget -= loss;
        reason = StrategyReason.Exploration;
        return other;
    }

    // ---- After ----

    /// <summary>After <see cref="Predict"/> of the same block. <paramref name="results"/>: of all its transactions.
    /// </summary>
    public void Learn(
        in Prediction prediction, Strategy strategy, double nanoseconds, ulong gasUsed,
        IReadOnlyList<TransactionResult> results)
    {
        if (prediction.Serial < SurelyLittle || gasUsed == 0) return;
        _budget = Math.Min(BudgetMax, _budget + nanoseconds * ExplorationShare);
        double gas = 0, time = 0;
        for (int i = 0; i < _sampleCount; i++)
        {
            float used = results[_sample[i].Transaction].GasUsed;
            ref CallCost cost = ref _calls[_sample[i].Place];
            cost.LearnGas(used);
            _classes[_sample[i].Class].LearnGas(used);
            gas += used;
            time += used * cost.NanosecondsPerGas.Value;
        }
        double serial = time * gasUsed / gas;
        if (!double.IsNormal(serial) || nanoseconds <= 0) return;
        if (strategy == Strategy.Serial) LearnSerial((float)Math.Log(nanoseconds / serial));
        else LearnRatio(strategy, Math.Max(nanoseconds - WakeNanoseconds, nanoseconds / 2) / serial, results, time);
    }

    private void LearnSerial(float error)
    {
        for (int i = 0; i < _sampleCount; i++)
        {
            if (IsFirst(ref _calls[_sample[i].Place])) _calls[_sample[i].Place].NanosecondsPerGas.Correct(error);
            if (IsFirst(ref _classes[_sample[i].Class])) _classes[_sample[i].Class].NanosecondsPerGas.Correct(error);
        }
    }

    private void LearnRatio(Strategy strategy, double ratio, IReadOnlyList<TransactionResult> results, double time)
    {
        int s = ParallelEstimates.IndexOf(strategy);
        double parallel = 0;
        for (int i = 0; i < _sampleCount; i++)
        {
            ref CallCost cost = ref _calls[_sample[i].Place];
            parallel += results[_sample[i].Transaction].GasUsed * cost.NanosecondsPerGas.Value
                * RatioOf(cost, _sample[i].Class, s);
        }
        float error = (float)Math.Log(ratio * time / parallel);
        for (int i = 0; i < _sampleCount; i++)
        {
            ref CallCost cost = ref _calls[_sample[i].Place];
            if (!IsFirst(ref cost)) continue;
            if (cost.Ratios[s].Measurements == 0) cost.Ratios[s].Value = _classes[_sample[i].Class].Ratios[s].Value;
            Correct(ref cost.Ratios[s], error);
        }
        for (int i = 0; i < _sampleCount; i++)
            if (IsFirst(ref _classes[_sample[i].Class])) Correct(ref _classes[_sample[i].Class].Ratios[s], error);
    }

    private static void Correct(ref Estimate ratio, float error)
    {
        ratio.Correct(error);
        ratio.Value = Math.Clamp(ratio.Value, RatioMin, RatioMax);
    }

    private bool IsFirst(ref CallCost cost)
    {
        bool isFirst = cost.LearnedIn != _block;
        cost.LearnedIn = _block;
        return isFirst;
    }
}
