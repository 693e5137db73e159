using System.Runtime.CompilerServices;
using Weft.Execution.Declared;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Execution.Strategies.Auto;

/// <summary>
/// Predicts what a block takes serially and under each parallel strategy, and learns from what it took. Costs belong to
/// the functions that are called: gas, nanoseconds per gas, and for each strategy the ratio of its time to the serial
/// one, which is overhead and conflicts and threads in one number. A block is the sum over a sample of its
/// transactions. One thread at a time. Results never depend on it, only time does.
/// </summary>
/// <remarks>Only whole blocks are measured, for a clock around each transaction would cost more than it is worth. What
/// a prediction was wrong by goes to all that took part; over many blocks each callee comes by its own.</remarks>
internal sealed class CostModel
{
    /// <summary>Blocks with less work than this are executed serially.</summary>
    public const double LittleWork = 100_000;

    /// <summary>What a parallel strategy must be predicted to take at most, over serial time: what it keeps busy for
    /// less is of more use to others.</summary>
    private const double WorthIt = 0.92;

    /// <summary>After a glance was wrong, so many blocks are looked at in earnest.</summary>
    private const int BlocksWithoutGlance = 64;

    private const double KnownShareMin = 0.5;

    /// <summary>Measurements of a class that make it a guide for what is new.</summary>
    private const int WellKnown = 16;

    /// <summary>Of blocks with new calls of known classes one in so many is executed serially.</summary>
    private const int SerialOfLikely = 3;

    /// <summary>Transactions that are looked at: with cold caches half a microsecond each, so one for every 50 of the
    /// block, which the glance before that guesses.</summary>
    private const int SampleMin = 6, SampleMax = 128, Glance = 2;

    private const double NanosecondsPerSample = 50_000;

    /// <summary>A class learns from blocks in which it has at least this share: not from the first call of what then
    /// comes again and again, which looks like a call that stands alone.</summary>
    private const double ShareMin = 0.1;

    private const float RatioMin = 0.01f, RatioMax = 16;

    private readonly CallTable _calls = new();
    private readonly CallCost[] _classes = new CallCost[CallClass.Count];
    private readonly SeenSet _seen = new();
    private readonly Sampled[] _sample = new Sampled[SampleMax];
    // A ratio that is better than most, so that what has not been tried is tried.
    private readonly float _hope;
    private readonly WorkerCounts _workers;

    private readonly double[] _shares = new double[CallClass.Count];
    private int _sampleCount, _block, _blocksWithoutGlance, _likelyBlocks;
    private readonly Budgets _budgets = new();

    /// <summary>A call in the sample: its transaction, its place in the table, its class, and the gas that it used.
    /// </summary>
    private struct Sampled
    {
        public int Transaction, Place, Class;
        public float Gas;
    }

    /// <summary>What a sample adds up to. At best: if what was measured seldom was disturbed.</summary>
    private struct Sums
    {
        public double Gas, Time, AtBest, Known, Likely;
        public Times Parallel, ParallelAtBest;
    }

    [InlineArray(ParallelEstimates.Count)]
    private struct Times
    {
        private double _first;
    }

    public CostModel(int workers)
    {
        _workers = new(workers);
        float ratio = _hope = Math.Max(1.2f / workers, 0.15f);
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
        prediction.IsPlain = TransferExecution.MayBe(block);
        prediction.IsGlance = prediction.Serial < LittleWork && _blocksWithoutGlance == 0;
        if (prediction.IsGlance) return prediction;
        if (_blocksWithoutGlance > 0) _blocksWithoutGlance--;

        _sampleCount = Math.Min(
            transactions.Count,
            (int)Math.Clamp(prediction.Serial / NanosecondsPerSample, SampleMin, SampleMax));
        var sums = new Sums();
        _seen.Begin();
        for (int i = 0; i < _sampleCount; i++)
        {
            int index = (int)((long)i * transactions.Count / _sampleCount);
            var call = CallClass.Of(transactions[index], _seen, prediction.IsPlain);
            int place = _calls.FindOrAdd(call.Key, _classes[call.Number], _block);
            _sample[i] = new() { Transaction = index, Place = place, Class = call.Number };
            AddUp(ref sums, _calls[place], call.Number);
        }
        double gas = ClaimedGas(block) ?? sums.Gas * transactions.Count / _sampleCount;
        prediction.Serial = sums.Time * gas / sums.Gas;
        prediction.SerialAtBest = sums.AtBest * gas / sums.Gas;
        (prediction.KnownShare, prediction.LikelyShare) = (sums.Known / sums.Time, sums.Likely / sums.Time);
        for (int s = 0; s < ParallelEstimates.Count; s++)
        {
            var (workers, nanoseconds) = _workers.Best(prediction.Serial, sums.Parallel[s] / sums.Time);
            double atBest = _workers.Best(prediction.Serial, sums.ParallelAtBest[s] / sums.Time).Nanoseconds;
            prediction.Set(Strategy.Optimistic + s, workers, nanoseconds, atBest);
        }
        return prediction;
    }

    private void AddUp(ref Sums sums, in CallCost cost, int number)
    {
        double nanoseconds = cost.Gas * cost.NanosecondsPerGas.Value;
        sums.Gas += cost.Gas;
        sums.Time += nanoseconds;
        sums.AtBest += cost.Gas * cost.NanosecondsPerGas.AtBest;
        if (cost.NanosecondsPerGas.IsTrusted) sums.Known += nanoseconds;
        if (cost.NanosecondsPerGas.IsTrusted || IsWellKnown(_classes[number])) sums.Likely += nanoseconds;
        for (int s = 0; s < ParallelEstimates.Count; s++)
        {
            float ratio = RatioOf(cost, number, s);
            sums.Parallel[s] += nanoseconds * ratio;
            bool isOwn = cost.Ratios[s].Measurements > 0;
            sums.ParallelAtBest[s] += nanoseconds * (isOwn ? Math.Min(ratio, cost.Ratios[s].AtBest) : ratio);
        }
    }

    /// <summary>By a few transactions.</summary>
    private double PredictRoughly(Block block, IReadOnlyList<Transaction> transactions)
    {
        double gas = 0, time = 0;
        int count = Math.Min(Glance, transactions.Count);
        _seen.Begin();
        for (int i = 0; i < count; i++)
        {
            var call = CallClass.Of(
                transactions[(2 * i + 1) * transactions.Count / (2 * count)], _seen, isInPlainBlock: false);
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

    private static bool IsWellKnown(in CallCost kind) => kind.NanosecondsPerGas.Measurements >= WellKnown;

    /// <summary>What comes again and has not been tried is worth a try, whatever others of its class did. One bad
    /// measurement does not make a bad ratio where the others of the class have a better one.</summary>
    private float RatioOf(in CallCost cost, int number, int strategy)
    {
        ref readonly Estimate own = ref cost.Ratios[strategy];
        if (own.IsTrusted) return own.Value;
        float ofClass = _classes[number].Ratios[strategy].Value;
        if (own.Measurements == 0 && cost.NanosecondsPerGas.IsTrusted) return Math.Min(_hope, ofClass);
        return own.Measurements == 0 ? ofClass : Math.Min(own.Value, ofClass);
    }

    // ---- Choice ----

    /// <summary>Of serial execution and the strategies that can be had for the block.</summary>
    public Strategy Choose(
        in Prediction prediction, ReadOnlySpan<Strategy> strategies, out StrategyReason reason)
    {
        reason = prediction.Serial < LittleWork ? StrategyReason.LittleWork
            : IsUnknown(prediction) ? StrategyReason.Unknown
            : StrategyReason.NotFaster;
        if (reason != StrategyReason.NotFaster) return Strategy.Serial;
        var chosen = Strategy.Serial;
        double limit = prediction.Serial * WorthIt;
        foreach (var strategy in strategies)
        {
            if (prediction[strategy] >= limit) continue;
            (chosen, limit, reason) = (strategy, prediction[strategy], StrategyReason.Faster);
        }
        var tried = _budgets.Spend(prediction, chosen, strategies);
        if (tried != chosen) reason = StrategyReason.Exploration;
        return tried;
    }

    /// <summary>Calls that are new are taken for what others of their class were, but not always: where the same ones
    /// come again, they are soon known for themselves.</summary>
    private bool IsUnknown(in Prediction prediction) => prediction.KnownShare < KnownShareMin
        && (prediction.LikelyShare < KnownShareMin || _likelyBlocks++ % SerialOfLikely == 0);

    // ---- After ----

    /// <summary>After <see cref="Predict"/> of the same block. <paramref name="results"/>: of all its transactions.
    /// </summary>
    public void Learn(
        in Prediction prediction, Strategy strategy, double nanoseconds, ulong gasUsed,
        IReadOnlyList<TransactionResult> results)
    {
        if (gasUsed == 0) return;
        if (prediction.IsGlance)
        {
            if (nanoseconds > 2 * LittleWork) _blocksWithoutGlance = BlocksWithoutGlance;
            return;
        }
        _budgets.Save(strategy, nanoseconds);
        var (gas, time, timeByClass) = LearnGas(results);
        double scale = gasUsed / gas, serial = time * scale;
        if (!double.IsNormal(serial) || !double.IsNormal(timeByClass) || nanoseconds <= 0) return;
        if (strategy == Strategy.Serial)
            LearnSerial(new(nanoseconds, serial), new(nanoseconds, timeByClass * scale));
        else
            LearnRatio(strategy, RatioOf(nanoseconds, serial, prediction.WorkersFor(strategy)), time);
    }

    /// <summary>As if all workers had taken part.</summary>
    private double RatioOf(double nanoseconds, double serial, int workers) => _workers.RatioOfAll(
        Math.Max(nanoseconds - WorkerCounts.Waking(workers), nanoseconds / 2) / serial, workers);

    /// <summary>Gives the gas of the sample, and the serial time of this gas by callee and by class alone.</summary>
    private (double Gas, double Time, double TimeByClass) LearnGas(IReadOnlyList<TransactionResult> results)
    {
        double gas = 0, time = 0, timeByClass = 0;
        Array.Clear(_shares);
        foreach (ref Sampled sampled in _sample.AsSpan(0, _sampleCount))
        {
            ref CallCost cost = ref _calls[sampled.Place], all = ref _classes[sampled.Class];
            sampled.Gas = results[sampled.Transaction].GasUsed;
            cost.LearnGas(sampled.Gas);
            all.LearnGas(sampled.Gas);
            gas += sampled.Gas;
            time += sampled.Gas * cost.NanosecondsPerGas.Value;
            timeByClass += sampled.Gas * all.NanosecondsPerGas.Value;
            _shares[sampled.Class] += sampled.Gas;
        }
        for (int i = 0; i < _shares.Length; i++) _shares[i] /= gas;
        return (gas, time, timeByClass);
    }

    private void LearnSerial(in Correction callees, in Correction classes)
    {
        foreach (ref Sampled sampled in _sample.AsSpan(0, _sampleCount))
        {
            ref CallCost cost = ref _calls[sampled.Place];
            if (IsFirst(ref cost)) CorrectSerial(ref cost, callees);
        }
        for (int i = 0; i < _classes.Length; i++)
            if (_shares[i] > ShareMin) CorrectSerial(ref _classes[i], classes);
    }

    /// <summary>What parallel execution was measured to take stays as it is.</summary>
    private static void CorrectSerial(ref CallCost cost, in Correction correction)
    {
        float before = cost.NanosecondsPerGas.Value;
        cost.NanosecondsPerGas.Correct(correction);
        for (int s = 0; s < ParallelEstimates.Count; s++)
        {
            ref Estimate ratio = ref cost.Ratios[s];
            if (ratio.Measurements > 0)
                ratio.Value = Math.Clamp(ratio.Value * before / cost.NanosecondsPerGas.Value, RatioMin, RatioMax);
        }
    }

    private void LearnRatio(Strategy strategy, double ratio, double time)
    {
        int s = ParallelEstimates.IndexOf(strategy);
        double parallel = 0, byClass = 0;
        foreach (ref Sampled sampled in _sample.AsSpan(0, _sampleCount))
        {
            ref CallCost cost = ref _calls[sampled.Place];
            double nanoseconds = sampled.Gas * cost.NanosecondsPerGas.Value;
            parallel += nanoseconds * RatioOf(cost, sampled.Class, s);
            byClass += nanoseconds * _classes[sampled.Class].Ratios[s].Value;
        }
        Correction callees = new(ratio * time, parallel), classes = new(ratio * time, byClass);
        foreach (ref Sampled sampled in _sample.AsSpan(0, _sampleCount))
        {
            ref CallCost cost = ref _calls[sampled.Place];
            if (!IsFirst(ref cost)) continue;
            if (cost.Ratios[s].Measurements == 0) cost.Ratios[s].Value = _classes[sampled.Class].Ratios[s].Value;
            Correct(ref cost.Ratios[s], callees);
        }
        for (int i = 0; i < _classes.Length; i++)
            if (_shares[i] > ShareMin) Correct(ref _classes[i].Ratios[s], classes);
    }

    private static void Correct(ref Estimate ratio, in Correction correction)
    {
        ratio.Correct(correction);
        ratio.Value = Math.Clamp(ratio.Value, RatioMin, RatioMax);
    }

    private bool IsFirst(ref CallCost cost)
    {
        bool isFirst = cost.LearnedIn != _block;
        cost.LearnedIn = _block;
        return isFirst;
    }
}
