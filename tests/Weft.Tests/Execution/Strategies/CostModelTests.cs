using Weft.Execution;
using Weft.Execution.Strategies;
using Weft.Execution.Strategies.Auto;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Execution.Strategies;

/// <summary>A clock that the test makes up: what matters is what the model makes of times.</summary>
public sealed class CostModelTests
{
    private const double Millisecond = 1e6;
    private const ulong Gas = 50_000;

    private static readonly Strategy[] Candidates = [Strategy.Optimistic];

    private readonly CostModel _model = new(workers: 2);

    [Fact]
    public void A_block_of_little_work_is_always_serial()
    {
        var block = MakeBlock(20, first: 1);
        for (int i = 0; i < 500; i++)
        {
            var (strategy, reason) = Run(block, serial: 0.02 * Millisecond, parallel: 0.08 * Millisecond);
            // The first guess is not yet a measurement.
            if (i > 10) Assert.Equal((Strategy.Serial, StrategyReason.LittleWork), (strategy, reason));
            else Assert.Equal(Strategy.Serial, strategy);
        }
    }

    [Fact]
    public void A_block_that_parallel_execution_speeds_up_runs_in_parallel_after_a_few_serial_ones()
    {
        var block = MakeBlock(1000, first: 1);
        var chosen = Repeat(block, 300, 10 * Millisecond, 6 * Millisecond);
        Assert.All(chosen[..2], strategy => Assert.Equal(Strategy.Serial, strategy));
        Assert.InRange(chosen.IndexOf(Strategy.Optimistic), 2, 6);
        // Now and then it looks whether that is still so.
        Assert.InRange(chosen[20..].Count(strategy => strategy == Strategy.Serial), 1, 15);
    }

    [Fact]
    public void A_block_that_parallel_execution_slows_down_costs_at_most_three_percent_once_that_is_known()
    {
        foreach (double slow in new[] { 1.02, 1.1, 1.5, 4 })
        {
            var model = new CostModelTests();
            var block = MakeBlock(1000, first: 1);
            var chosen = model.Repeat(block, 400, 10 * Millisecond, slow * 10 * Millisecond);
            int parallel = chosen[50..].Count(strategy => strategy == Strategy.Optimistic);
            double lost = parallel * (slow - 1) / (chosen.Count - 50);
            Assert.InRange(lost, 0, 0.03);
            // The median is that of serial execution.
            Assert.InRange(parallel, 0, (chosen.Count - 50) / 4);
        }
    }

    [Fact]
    public void What_is_learned_of_a_function_holds_for_another_block_that_calls_it()
    {
        Repeat(MakeBlock(1000, first: 1, callees: 1), 60, 10 * Millisecond, 15 * Millisecond);
        Repeat(MakeBlock(1000, first: 2_000_000, callees: 1000), 60, 10 * Millisecond, 5.5 * Millisecond);
        Assert.Equal(
            Strategy.Serial, Prefers(MakeBlock(600, first: 1, callees: 1), 6 * Millisecond, 9 * Millisecond));
        Assert.Equal(
            Strategy.Optimistic,
            Prefers(MakeBlock(600, first: 2_000_000, callees: 600), 6 * Millisecond, 3.3 * Millisecond));
    }

    [Fact]
    public void Times_are_predicted_within_a_tenth_once_they_repeat()
    {
        var block = MakeBlock(500, first: 1, callees: 40);
        Repeat(block, 60, 7 * Millisecond, 4.2 * Millisecond);
        var prediction = _model.Predict(block);
        Assert.InRange(prediction.Serial, 6.3 * Millisecond, 7.7 * Millisecond);
        Assert.InRange(prediction[Strategy.Optimistic], 3.8 * Millisecond, 4.6 * Millisecond);
    }

    [Fact]
    public void A_change_of_what_it_takes_is_noticed()
    {
        var block = MakeBlock(1000, first: 1);
        Repeat(block, 100, 10 * Millisecond, 6 * Millisecond);
        // Another program has taken the other core.
        var chosen = Repeat(block, 100, 10 * Millisecond, 13 * Millisecond);
        Assert.InRange(chosen.Count(strategy => strategy == Strategy.Optimistic), 1, 20);
        chosen = Repeat(block, 600, 10 * Millisecond, 6 * Millisecond);
        Assert.Contains(Strategy.Optimistic, chosen[..300]);
        Assert.InRange(chosen[400..].Count(strategy => strategy == Strategy.Optimistic), 180, 200);
    }

    [Fact]
    public void A_first_block_that_is_ten_times_as_slow_as_the_others_is_forgotten()
    {
        var block = MakeBlock(1000, first: 1);
        Run(block, 100 * Millisecond, 100 * Millisecond);
        var chosen = Repeat(block, 100, 10 * Millisecond, 13 * Millisecond);
        Assert.InRange(chosen[10..].Count(strategy => strategy == Strategy.Optimistic), 0, 10);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(15)]
    public void A_disturbed_first_measurement_is_corrected_within_a_few_blocks(double parallel)
    {
        foreach (var (serialTimes, parallelTimes) in new[] { (4.0, 1.0), (1.0, 4.0), (4.0, 4.0) })
        {
            var test = new CostModelTests();
            var block = MakeBlock(1000, first: 1);
            int serialRuns = 0, parallelRuns = 0;
            var chosen = new List<Strategy>();
            for (int i = 0; i < 50; i++)
            {
                var prediction = test._model.Predict(block);
                var strategy = test._model.Choose(prediction, Candidates, out var reason);
                bool isDisturbed = strategy == Strategy.Serial ? serialRuns++ < 2 : parallelRuns++ < 1;
                double time = strategy == Strategy.Serial ? 10 : parallel;
                if (isDisturbed) time *= strategy == Strategy.Serial ? serialTimes : parallelTimes;
                test._model.Learn(prediction, new(strategy, time * Millisecond), Gas * 1000, Results(block));
                if (reason != StrategyReason.Exploration) chosen.Add(strategy);
            }
            var right = parallel < 10 ? Strategy.Optimistic : Strategy.Serial;
            Assert.All(chosen[20..], strategy => Assert.Equal(right, strategy));
        }
    }

    [Theory]
    [InlineData(4, 0.75)]
    [InlineData(6.5, 0.75)]
    [InlineData(10.5, 0)]
    [InlineData(13, 0)]
    [InlineData(30, 0)]
    public void On_a_noisy_machine_it_gains_where_it_can_and_loses_little_where_it_cannot(double parallel, double share)
    {
        for (int seed = 0; seed < 5; seed++)
        {
            var random = new Random(seed);
            var test = new CostModelTests();
            var block = MakeBlock(1000, first: 1);
            int parallelRuns = 0;
            for (int i = 0; i < 600; i++)
            {
                // Other programs take time, and now and then much of it.
                double noise = 1 + 0.2 * random.NextDouble() + (random.Next(8) == 0 ? 2 * random.NextDouble() : 0);
                var (strategy, _) = test.Run(block, 10 * noise * Millisecond, parallel * noise * Millisecond);
                if (strategy == Strategy.Optimistic) parallelRuns++;
            }
            double mean = (parallelRuns * parallel + (600 - parallelRuns) * 10) / 600;
            Assert.InRange(mean / 10, 0, Math.Max(1.03, parallel / 10 + 0.1));
            Assert.InRange(parallelRuns, share * 600, 600);
        }
    }

    [Fact]
    public void What_takes_three_times_as_long_in_every_third_block_is_judged_by_the_others()
    {
        var block = MakeBlock(1000, first: 1);
        int parallelRuns = 0;
        for (int i = 0; i < 300; i++)
        {
            var (strategy, _) = Run(block, 10 * Millisecond, (i % 3 == 0 ? 18 : 6) * Millisecond);
            if (i >= 50 && strategy == Strategy.Optimistic) parallelRuns++;
        }
        Assert.InRange(parallelRuns, 200, 250);
    }

    [Fact]
    public void What_is_slower_than_others_at_first_is_tried_again_beside_them()
    {
        Strategy[] both = [Strategy.Optimistic, Strategy.Segments];
        var block = MakeBlock(1000, first: 1);
        int optimistic = 0, best = 0;
        for (int i = 0; i < 200; i++)
        {
            var prediction = _model.Predict(block);
            var strategy = _model.Choose(prediction, both, out _);
            double time = strategy switch
            {
                Strategy.Serial => 10,
                Strategy.Segments => 8,
                _ => optimistic++ == 0 ? 25 : 5.5,
            };
            if (i >= 100 && strategy == Strategy.Optimistic) best++;
            _model.Learn(prediction, new(strategy, time * Millisecond), Gas * 1000, Results(block));
        }
        Assert.InRange(best, 85, 100);
    }

    [Fact]
    public void Ever_new_contracts_cost_neither_memory_nor_what_is_known_of_the_others()
    {
        var known = MakeBlock(1000, first: 1, callees: 20);
        Repeat(known, 40, 10 * Millisecond, 6 * Millisecond);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint i = 0; i < 200; i++)
        {
            Spam(_spam[i % (uint)_spam.Length]);
            if (i % 10 == 0) Run(known, 10 * Millisecond, 6 * Millisecond);
        }
        // Results come boxed in an array, the model itself keeps nothing.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
        Assert.Contains(Strategy.Optimistic, Repeat(known, 3, 10 * Millisecond, 6 * Millisecond));
    }

    [Fact]
    public void A_header_may_claim_any_amount_of_gas()
    {
        var block = MakeBlock(100, first: 1);
        foreach (ulong gas in new ulong[] { 0, 1, 21_000, ulong.MaxValue / 2, ulong.MaxValue })
        {
            var liar = block with { Header = block.Header with { GasUsed = gas, GasLimit = ulong.MaxValue } };
            var prediction = _model.Predict(liar);
            Assert.True(double.IsFinite(prediction.Serial) && prediction.Serial >= 0);
            var strategy = _model.Choose(prediction, Candidates, out _);
            _model.Learn(prediction, new(strategy, Millisecond), Gas * 100, Results(block));
            Assert.True(double.IsFinite(_model.Predict(liar).Serial));
        }
        Run(block, 0, 0);
        Assert.True(double.IsFinite(_model.Predict(block).Serial));
    }

    // ---- Blocks and times ----

    private readonly Block[] _spam =
        [.. Enumerable.Range(0, 20).Select(i => MakeBlock(400, first: 10_000_000 + (uint)i * 1000, callees: 400))];

    private void Spam(Block block) => Run(block, 4 * Millisecond, 3 * Millisecond);

    /// <summary>Without what is tried to learn.</summary>
    private Strategy Prefers(Block block, double serial, double parallel)
    {
        while (true)
        {
            var (strategy, reason) = Run(block, serial, parallel);
            if (reason is not (StrategyReason.Exploration or StrategyReason.Unknown)) return strategy;
        }
    }

    private List<Strategy> Repeat(Block block, int times, double serial, double parallel) =>
        [.. Enumerable.Range(0, times).Select(_ => Run(block, serial, parallel).Strategy)];

    private (Strategy Strategy, StrategyReason Reason) Run(Block block, double serial, double parallel)
    {
        var prediction = _model.Predict(block);
        var strategy = _model.Choose(prediction, Candidates, out var reason);
        _model.Learn(
            prediction, new(strategy, strategy == Strategy.Serial ? serial : parallel),
            Gas * (ulong)block.Transactions.Count, Results(block));
        return (strategy, reason);
    }

    private static readonly Dictionary<int, TransactionResult[]> ResultsByCount = [];

    private static TransactionResult[] Results(Block block)
    {
        lock (ResultsByCount)
        {
            int count = block.Transactions.Count;
            if (!ResultsByCount.TryGetValue(count, out var results))
                ResultsByCount.Add(
                    count, results = [.. Enumerable.Repeat(
                        new TransactionResult(TransactionError.None, default, Gas, [], null, default), count)]);
            return results;
        }
    }

    /// <summary>Calls from senders of their own to <paramref name="callees"/> contracts in turns.</summary>
    private static Block MakeBlock(int count, uint first, int callees = 10)
    {
        var transactions = Enumerable.Range(0, count).Select(i => Samples.Of(
            TransactionType.Legacy, Address.FromNumber(first + (ulong)(i % callees)), gas: 4 * Gas,
            data: Data(first, i), sender: Address.FromNumber(1ul << 40 | first << 8 | (uint)i))).ToArray();
        return new(new() { GasLimit = 1ul << 40, GasUsed = Gas * (ulong)count }, transactions, [], null);
    }

    /// <summary>A selector and one argument.</summary>
    private static byte[] Data(uint first, int i)
    {
        var data = new byte[36];
        data[0] = 0xa9;
        BitConverter.TryWriteBytes(data.AsSpan(8), first);
        BitConverter.TryWriteBytes(data.AsSpan(16), i);
        return data;
    }
}
