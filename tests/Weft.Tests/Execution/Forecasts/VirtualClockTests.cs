using Weft.Cli.Programs;
using Weft.Cli.Workloads;
using Weft.Evm.Analysis;
using Weft.Execution.Access;
using Weft.Execution.Forecasts;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Xunit;

namespace Weft.Tests.Execution.Forecasts;

public sealed class VirtualClockTests
{
    private const int Transactions = 64;
    private const long Cost = 1000;

    [Theory]
    [InlineData(1, Transactions * Cost)]
    [InlineData(2, Transactions * Cost / 2)]
    [InlineData(16, Transactions * Cost / 16)]
    [InlineData(64, Cost)]
    [InlineData(100, Cost)]
    public void Disjoint_transactions_take_their_cost_divided_by_the_cores(int cores, long expected)
    {
        var made = Workload.Create("transfers-disjoint", Transactions);

        Assert.Equal(expected, Run(made, Strategy.Optimistic, cores, CostsOf(made)).Ticks);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public void A_chain_that_hints_know_takes_as_long_as_serial_execution(int cores)
    {
        var made = Workload.Create("transfers-one-sender", Transactions);

        var forecast = Run(made, Strategy.Dag, cores, CostsOf(made));

        Assert.Equal(Transactions * Cost, forecast.Ticks);
        Assert.Equal(0, forecast.Summary.Aborts);
    }

    [Fact]
    public void Without_hints_a_chain_costs_repetitions_and_waiting()
    {
        var made = Workload.Create("transfers-one-sender", Transactions);

        var forecast = Run(made, Strategy.Optimistic, 4, CostsOf(made));

        Assert.True(forecast.Ticks >= Transactions * Cost);
        Assert.True(forecast.Summary.Executions > Transactions);
    }

    [Fact]
    public void Commits_follow_each_other_so_that_their_cost_adds_up()
    {
        var made = Workload.Create("transfers-disjoint", Transactions);
        const long commit = 100, next = 10;

        var forecast = Run(made, Strategy.Optimistic, 64, CostsOf(made, commit, next));

        // Between runs of commits a core applies what it has committed.
        Assert.InRange(
            forecast.Ticks, Cost + (Transactions * commit), Cost + (Transactions * (commit + next)) + (8 * next));
    }

    [Fact]
    public void What_is_applied_beside_the_commits_holds_up_none_of_them()
    {
        var made = Workload.Create("transfers-disjoint", Transactions);
        const long commit = 100, apply = 300;

        var forecast = Run(made, Strategy.Optimistic, 64, CostsOf(made, commit, apply: apply));

        // The last run of commits is applied when there is nothing else left to do.
        Assert.InRange(forecast.Ticks, Cost + (Transactions * commit), Cost + (Transactions * commit) + (8 * apply));
    }

    [Theory]
    [InlineData("transfers-disjoint", 64)]
    [InlineData("transfers-one-sender", 4)]
    [InlineData("mixed", 8)]
    [InlineData("swaps-1", 3)]
    public void All_time_is_accounted_for(string workload, int cores)
    {
        var made = Workload.Create(workload, 80);
        var random = new Random(5);
        foreach (var strategy in new[] { Strategy.Optimistic, Strategy.Dag })
        {
            var costs = CostsOf(made, commit: 30, next: 5, wake: 40, cost: _ => random.Next(100, 5000), apply: 20);

            var forecast = Run(made, strategy, cores, costs);

            var spent = forecast.Spent;
            Assert.Equal(forecast.Ticks, spent.Total);
            Assert.True(spent.Work > 0 && spent.Commits > 0 && spent.Speculation >= 0 && spent.Aborts >= 0);
            Assert.True(spent is { Handover: >= 0, Outside: >= 0 });
        }
    }

    [Fact]
    public void Time_goes_to_what_the_end_of_the_block_waited_for()
    {
        var made = Workload.Create("transfers-disjoint", Transactions);

        var free = Run(made, Strategy.Optimistic, 64, CostsOf(made)).Spent;
        var commits = Run(made, Strategy.Optimistic, 64, CostsOf(made, commit: 100)).Spent;
        var chain = Run(
            Workload.Create("transfers-one-sender", Transactions), Strategy.Dag, 8, CostsOf(made)).Spent;

        Assert.Equal((Cost, 0), (free.Work, free.Total - free.Work));
        Assert.Equal((Cost, Transactions * 100), (commits.Work, commits.Commits));
        Assert.Equal((Transactions * Cost, 0), (chain.Work, chain.Total - chain.Work));
    }

    [Fact]
    public void What_is_validated_has_waited_for_what_was_written()
    {
        var made = Workload.Create("swaps-1", Transactions);
        var costs = CostsOf(made, commit: 10, cost: i => i == 1 ? 1000 * Cost : Cost);

        var spent = Run(made, Strategy.Optimistic, 8, costs).Spent;

        Assert.True(spent.Work >= 1000 * Cost);
        Assert.True(spent.Handover < Cost, $"{spent}");
    }

    [Theory]
    [InlineData(2, 100, 0)]
    [InlineData(5, 100, 0)]
    [InlineData(32, 100, 0)]
    [InlineData(32, 100, 400)]
    public void Who_wakes_others_begins_later_itself(int cores, long call, long delay)
    {
        var made = Workload.Create("transfers-disjoint", Transactions);
        var costs = CostsOf(made) with { Waking = new(call, delay) };

        long ticks = Run(made, Strategy.Optimistic, cores, costs).Ticks;

        // Four are woken by the caller, the others by these.
        Assert.True(ticks >= (Transactions * Cost / cores) + (Math.Min(cores - 1, 4) * call));
        Assert.True(ticks <= (Transactions * Cost / cores) + Cost + (12 * call) + (3 * delay));
    }

    [Fact]
    public void What_another_core_has_is_dearer_on_more_cores()
    {
        var made = Workload.Create("transfers-disjoint", Transactions);
        var near = CostsOf(made);
        var costs = near with { Crossing = CostsOf(made, cost: _ => 2 * Cost) };

        long one = Run(made, Strategy.Optimistic, 1, costs).Ticks;
        long two = Run(made, Strategy.Optimistic, 2, costs).Ticks;
        long four = Run(made, Strategy.Optimistic, 4, costs).Ticks;

        Assert.Equal(Transactions * Cost, one);
        Assert.Equal(Transactions * Cost * 3 / 2 / 2, two);
        Assert.Equal(Transactions * Cost * 7 / 4 / 4, four);
    }

    [Theory]
    [InlineData(1, 800)]
    [InlineData(3, 300)]
    [InlineData(16, 100)]
    public void What_all_do_together_is_done_piece_by_piece(int cores, long expected)
    {
        var made = Workload.Create("erc20-disjoint", Transactions);
        var costs = CostsOf(made, cost: _ => 0) with { Shared = (800, 8) };

        Assert.Equal(expected, Run(made, Strategy.Declared, cores, costs).Ticks);
    }

    [Fact]
    public void Auto_is_never_forecast_slower_than_serial_execution()
    {
        var made = Workload.Create("transfers-one-sender", Transactions);
        var slow = CostsOf(made, commit: 3 * Cost);

        var forecast = Run(made, Strategy.Auto, 8, slow);

        Assert.Equal((slow.SerialTotal, Strategy.Serial), (forecast.Ticks, forecast.Summary.Strategy));
        Assert.True(Run(made, Strategy.Dag, 8, slow).Ticks > slow.SerialTotal);
    }

    [Fact]
    public void Cores_that_are_woken_late_do_less()
    {
        var made = Workload.Create("transfers-disjoint", Transactions);

        var forecast = Run(made, Strategy.Optimistic, 2, CostsOf(made, wake: 10 * Cost));

        Assert.Equal((10 * Cost) + ((Transactions - 10) * Cost / 2), forecast.Ticks);
    }

    [Fact]
    public void Lanes_of_declared_execution_are_forecast_too()
    {
        var made = Workload.Create("erc20-disjoint", Transactions);

        var forecast = Run(made, Strategy.Declared, 4, CostsOf(made));

        Assert.Equal(Strategy.Declared, forecast.Summary.Strategy);
        Assert.InRange(forecast.Ticks, Transactions * Cost / 4, (Transactions + 4) * Cost / 4);
    }

    [Theory]
    [InlineData("mixed")]
    [InlineData("swaps-1")]
    [InlineData("game")]
    public void The_same_costs_give_the_same_run_and_the_serial_result(string workload)
    {
        var made = Workload.Create(workload, 80);
        var random = new Random(7);
        var costs = CostsOf(made, commit: 30, next: 5, cost: _ => random.Next(100, 5000));
        foreach (int cores in new[] { 1, 3, 16 })
        {
            var first = Run(made, Strategy.Optimistic, cores, costs);
            var second = Run(made, Strategy.Optimistic, cores, costs);

            Assert.Equal(first.Record.ToList(), second.Record.ToList());
            Assert.Equal(first.Ticks, second.Ticks);
            Assert.Null(ResultDifference.Find(made.Result, made.Changes, first.Output.Seal(), first.Changes));
        }
    }

    [Fact]
    public void A_core_does_one_thing_after_the_other()
    {
        var made = Workload.Create("mixed", 100);
        var random = new Random(3);
        var record = Run(
            made, Strategy.Optimistic, 8, CostsOf(made, commit: 20, next: 2, cost: _ => random.Next(50, 900))).Record;
        for (int core = 0; core < 8; core++)
        {
            long end = 0;
            foreach (ref readonly var done in record[core])
            {
                if (done.Kind == WorkKind.Wait) continue;
                Assert.True(done.Start >= end && done.End >= done.Start);
                end = done.End;
            }
        }
    }

    private static Forecast Run(WorkloadBlock made, Strategy strategy, int cores, EngineCosts costs)
    {
        var codes = new CodeCache();
        var input = new BlockInput(made.Block, made.State, NoBlockHashes.Instance);
        using var recorder = new FootprintRecorder(made.Rules, made.ChainId, codes);
        var footprints = recorder.Record(input).Footprints;
        input = input with
        {
            Predecessors = DependencyGraph.Of(footprints).ToHints(made.Block.Transactions.Count),
            AccessList = AccessListBuilder.Build(footprints),
        };
        using var forecaster = new Forecaster(strategy, cores, made.Rules, made.ChainId, codes);
        return forecaster.Run(input, costs);
    }

    /// <summary>Transactions cost alike, or as <paramref name="cost"/> says; all else nothing.</summary>
    private static EngineCosts CostsOf(
        WorkloadBlock made, long commit = 0, long next = 0, long wake = 0, Func<int, long>? cost = null,
        long apply = 0)
    {
        int parts = made.Block.Transactions.Count + 2;
        long[] costs = new long[parts], commits = new long[parts], applications = new long[parts];
        ushort[][] accesses = new ushort[parts][];
        Array.Fill(accesses, [0, 0x4000, 0x8000, 0xc000]);
        Array.Fill(commits, commit);
        Array.Fill(applications, apply);
        for (int i = 1; i < parts - 1; i++) costs[i] = cost?.Invoke(i) ?? Cost;
        return new()
        {
            Serial = costs, First = costs, CommitAtOnce = commits, Speculative = costs,
            CommitLate = commits, Publish = new long[parts], Commit = commits, Confirm = commits,
            CommitConfirmed = commits, Apply = applications, Accesses = accesses,
            Next = [.. Enumerable.Repeat(next, EngineCosts.Kinds)], Outside = 0, GetReady = 0,
            Waking = new(0, wake), Leave = 0,
        };
    }
}
