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
    public const double LittleWork = 200_000;

    /// <summary>Blocks that claim less gas are not even looked at, for most of them are over before that is.</summary>
    private const double LittleGas = 500_000;

    /// <summary>What a parallel strategy must be predicted to take at most, over serial time. Workers that wait spin,
    /// so two that take 0.87 of the time keep processors busy for 1.74 of it: what gains less is of more use to others.
    /// </summary>
    private const double WorthIt = 0.87;

    /// <summary>Who fails and leaves the block to serial execution takes longer than that, at least by this.</summary>
    private const double FailureMin = 1.02;

    /// <summary>After a glance was wrong, so many blocks are looked at in earnest.</summary>
    private const int BlocksWithoutGlance = 64;

    private const double KnownShareMin = 0.5;

    /// <summary>Measurements of a class that make it a guide for what is new.</summary>
    private const int WellKnown = 16;

    /// <summary>Of blocks with new calls of known classes one in so many is executed serially.</summary>
    private const int SerialOfLikely = 3;

    /// <summary>Transactions that are looked at: with cold caches about a microsecond each, before and after, so one
    /// for every 300 of the block, which the glance before that guesses.</summary>
    private const int SampleMin = 6, SampleMax = 48, Glance = 2;

    private const double NanosecondsPerSample = 300_000;

    /// <summary>A class learns from blocks in which it has at least this share: not from the first call of what then
    /// comes again and again, which looks like a call that stands alone.</summary>
    private const double ShareMin = 0.1;

    private const float RatioMin = 0.01f, RatioMax = 16;

    /// <summary>A call is taken for something between its own measurements and its class, which counts as so many.
    /// </summary>
    private const int ClassWeight = 2;

    /// <summary>What may be left of times that were measured once or twice. The serial ones are the first of all, while
    /// code is being compiled: where that makes others look good, serial execution is measured once more.</summary>
    private const float SerialAtBest = 0.35f, ParallelAtBest = 0.7f;

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
        _hope = Math.Max(1.2f / workers, 0.15f);
        for (int i = 0; i < _classes.Length; i++)
        {
            ref CallCost cost = ref _classes[i];
            (cost.Gas, cost.NanosecondsPerGas.Value) = CallClass.FirstGuess(i);
            for (int s = 0; s < ParallelEstimates.Count; s++)
                cost.Ratios[s].Value = CallClass.FirstRatio(i, Strategy.Optimistic + s, _hope);
        }
    }

    // ---- Before ----

    public Prediction Predict(Block block)
    {
        _block++;
        var transactions = block.Transactions;
        var prediction = new Prediction { IsGlance = true };
        if (_blocksWithoutGlance == 0 && ClaimedGas(block) < LittleGas) return prediction;
        prediction.Serial = PredictRoughly(block, transactions);
        if (_blocksWithoutGlance == 0 && prediction.Serial < LittleWork) return prediction;
        if (_blocksWithoutGlance > 0) _blocksWithoutGlance--;

        prediction.IsGlance = false;
        prediction.IsPlain = TransferExecution.MayBe(block);
        _sampleCount = Math.Min(transactions.Count, SampleCount(prediction.Serial));
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

    /// <summary>One of few: a block that comes again has the same sample, though it is thought to take a bit longer.
    /// </summary>
    private static int SampleCount(double nanoseconds)
    {
        int count = SampleMin;
        while (2 * count <= SampleMax && count * NanosecondsPerSample < nanoseconds) count *= 2;
        return count;
    }

    private void AddUp(ref Sums sums, in CallCost cost, int number)
    {
        double nanoseconds = cost.Gas * cost.NanosecondsPerGas.Value;
        sums.Gas += cost.Gas;
        sums.Time += nanoseconds;
        sums.AtBest += cost.Gas * cost.NanosecondsPerGas.AtBest(SerialAtBest);
        if (cost.NanosecondsPerGas.IsTrusted) sums.Known += nanoseconds;
        if (cost.NanosecondsPerGas.IsTrusted || IsWellKnown(_classes[number])) sums.Likely += nanoseconds;
        for (int s = 0; s < ParallelEstimates.Count; s++)
        {
            sums.Parallel[s] += nanoseconds * ExpectedRatio(cost, number, s);
            sums.ParallelAtBest[s] += nanoseconds * RatioAtBest(cost, number, s);
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

    /// <summary>What was measured once may have been disturbed.</summary>
    private float ExpectedRatio(in CallCost cost, int number, int strategy)
    {
        int own = Math.Min(cost.Ratios[strategy].Measurements, Estimate.Kept);
        return (own * cost.Ratios[strategy].Value + ClassWeight * _classes[number].Ratios[strategy].Value)
            / (own + ClassWeight);
    }

    private float RatioOf(in CallCost cost, int number, int strategy) => cost.Ratios[strategy].Measurements > 0
        ? cost.Ratios[strategy].Value
        : _classes[number].Ratios[strategy].Value;

    /// <summary>What comes again and has not been tried may be better than others of its class were.</summary>
    private float RatioAtBest(in CallCost cost, int number, int strategy)
    {
        if (cost.Ratios[strategy].Measurements > 0) return cost.Ratios[strategy].AtBest(ParallelAtBest);
        float ofClass = _classes[number].Ratios[strategy].Value;
        bool mayBeBetter = cost.NanosecondsPerGas.IsTrusted && ofClass > _hope;
        return mayBeBetter ? MathF.Sqrt(_hope * ofClass) : ofClass;
    }

    // ---- Choice ----

    /// <summary>Of serial execution and the strategies that can be had for the block.</summary>
    public Strategy Choose(
        in Prediction prediction, ReadOnlySpan<Strategy> strategies, out StrategyReason reason)
    {
        reason = prediction.Serial < LittleWork ? StrategyReason.LittleWork
            : !prediction.IsPlain && IsUnknown(prediction) ? StrategyReason.Unknown
            : StrategyReason.NotFaster;
        if (reason != StrategyReason.NotFaster) return Strategy.Serial;
        var chosen = Strategy.Serial;
        double limit = prediction.Serial * WorthIt;
        foreach (var strategy in strategies)
        {
            if (prediction[strategy] >= limit) continue;
            (chosen, limit, reason) = (strategy, prediction[strategy], StrategyReason.Faster);
        }
        var tried = _budgets.Find(prediction, chosen, strategies);
        if (tried == chosen) return chosen;
        reason = StrategyReason.Exploration;
        return tried;
    }

    /// <summary>Calls that are new are taken for what others of their class were, but not always: where the same ones
    /// come again, they are soon known for themselves.</summary>
    private bool IsUnknown(in Prediction prediction) => prediction.KnownShare < KnownShareMin
        && (prediction.LikelyShare < KnownShareMin || _likelyBlocks++ % SerialOfLikely == 0);

    // ---- After ----

    /// <summary>After <see cref="Choose"/> for the same block. <paramref name="results"/>: of all its transactions.
    /// </summary>
    public void Learn(
        in Prediction prediction, in Measurement measured, ulong gasUsed, IReadOnlyList<TransactionResult> results)
    {
        double nanoseconds = measured.Nanoseconds;
        if (gasUsed == 0 || nanoseconds <= 0) return;
        if (prediction.IsGlance)
        {
            if (nanoseconds > 2 * LittleWork) _blocksWithoutGlance = BlocksWithoutGlance;
            return;
        }
        _budgets.Save(measured.Strategy, nanoseconds);
        var sampled = LearnGas(results);
        double scale = gasUsed / sampled.Gas, serial = sampled.Time * scale;
        double callees = Math.Log(nanoseconds / serial);
        double classes = Math.Log(nanoseconds / (sampled.TimeByClass * scale));
        if (measured.Strategy == Strategy.Serial) LearnSerial(sampled, callees, classes);
        else
        {
            double ratio = RatioOf(nanoseconds, serial, prediction.WorkersFor(measured.Strategy));
            // It was executed serially in the end, and that did not take longer than all.
            if (measured.HasFailed && serial > nanoseconds) LearnSerial(sampled, callees, classes);
            if (measured.HasFailed) ratio = Math.Max(ratio, FailureMin);
            LearnRatio(sampled, measured, ratio);
        }
        foreach (ref Sampled call in _sample.AsSpan(0, _sampleCount)) _calls[call.Place].Share = 0;
    }

    /// <summary>As if all workers had taken part.</summary>
    private double RatioOf(double nanoseconds, double serial, int workers) => _workers.RatioOfAll(
        Math.Max(nanoseconds - WorkerCounts.Waking(workers), nanoseconds / 2) / serial, workers);

    /// <summary>Of the sample: gas, and the serial time of this gas by callee and by class alone. Squares: of what each
    /// callee has of the time.</summary>
    private readonly record struct SampleTimes(double Gas, double Time, double TimeByClass, double Squares)
    {
        /// <summary>Who takes most of the time has most of an error, so that the sum becomes right while those that
        /// take little stay as they are (normalised least mean squares).</summary>
        public double Weight(in CallCost cost) => Math.Min(1, cost.Share * Time / Squares);
    }

    private SampleTimes LearnGas(IReadOnlyList<TransactionResult> results)
    {
        double gas = 0, time = 0, timeByClass = 0, squares = 0;
        Array.Clear(_shares);
        foreach (ref Sampled sampled in _sample.AsSpan(0, _sampleCount))
        {
            ref CallCost cost = ref _calls[sampled.Place], all = ref _classes[sampled.Class];
            float used = sampled.Gas = results[sampled.Transaction].GasUsed;
            if (cost.LearnedIn == 0) cost.Gas = used;
            cost.LearnGas(used);
            all.LearnGas(used);
            float nanoseconds = used * cost.NanosecondsPerGas.Value;
            squares += nanoseconds * (2.0 * cost.Share + nanoseconds);
            cost.Share += nanoseconds;
            gas += used;
            time += nanoseconds;
            timeByClass += used * all.NanosecondsPerGas.Value;
            _shares[sampled.Class] += used;
        }
        for (int i = 0; i < _shares.Length; i++) _shares[i] /= gas;
        return new(gas, time, timeByClass, squares);
    }

    private void LearnSerial(in SampleTimes times, double callees, double classes)
    {
        foreach (ref Sampled sampled in _sample.AsSpan(0, _sampleCount))
        {
            ref CallCost cost = ref _calls[sampled.Place];
            if (cost.LearnedIn == _block) continue;
            cost.LearnedIn = _block;
            float before = cost.NanosecondsPerGas.Value;
            cost.NanosecondsPerGas.Correct(callees, times.Weight(cost));
            KeepParallelTimes(ref cost, before / cost.NanosecondsPerGas.Value);
        }
        for (int i = 0; i < _classes.Length; i++)
            if (_shares[i] > ShareMin) _classes[i].NanosecondsPerGas.Follow(classes);
    }

    /// <summary>What was wrong with the serial time was wrong with the ratios to it.</summary>
    private static void KeepParallelTimes(ref CallCost cost, float factor)
    {
        for (int s = 0; s < ParallelEstimates.Count; s++)
        {
            ref Estimate ratio = ref cost.Ratios[s];
            if (ratio.Measurements == 0) continue;
            ratio.Scale(factor, RatioMin, RatioMax);
        }
    }

    private void LearnRatio(in SampleTimes times, in Measurement measured, double ratio)
    {
        int s = ParallelEstimates.IndexOf(measured.Strategy);
        double parallel = 0, byClass = 0;
        foreach (ref Sampled sampled in _sample.AsSpan(0, _sampleCount))
        {
            ref CallCost cost = ref _calls[sampled.Place];
            double nanoseconds = sampled.Gas * cost.NanosecondsPerGas.Value;
            parallel += nanoseconds * RatioOf(cost, sampled.Class, s);
            byClass += nanoseconds * _classes[sampled.Class].Ratios[s].Value;
        }
        double callees = Math.Log(ratio * times.Time / parallel), classes = Math.Log(ratio * times.Time / byClass);
        foreach (ref Sampled sampled in _sample.AsSpan(0, _sampleCount))
        {
            ref CallCost cost = ref _calls[sampled.Place];
            if (cost.Share == 0) continue;
            double weight = times.Weight(cost);
            (cost.Share, cost.LearnedIn) = (0, _block);
            ref Estimate own = ref cost.Ratios[s];
            if (own.Measurements == 0) own.Value = _classes[sampled.Class].Ratios[s].Value;
            own.Correct(callees, weight, RatioMin, RatioMax);
        }
        for (int i = 0; i < _classes.Length; i++)
        {
            if (_shares[i] <= ShareMin) continue;
            _classes[i].Ratios[s].Follow(classes);
            _classes[i].Ratios[s].Clamp(RatioMin, RatioMax);
        }
    }
}
