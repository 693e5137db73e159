using Weft.Cli.Workloads;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Execution.Strategies;

public sealed class SegmentedExecutorTests
{
    // The others of a machine that is busy may wake when nothing is left to do: then nothing is joined, nothing in vain.
    [Theory]
    [InlineData("transfers-disjoint", 300)]
    [InlineData("transfers-one-recipient", 300)]
    [InlineData("erc20-disjoint", 200)]
    [InlineData("swaps-2000", 60)]
    [InlineData("heavy", 12)]
    public void Independent_transactions_run_side_by_side(string name, int transactions)
    {
        foreach (int workers in (int[])[1, 2, 4, 8])
            Assert.Equal(0, Compare(name, transactions, new WorkerThreads(workers)).Aborts);
        var virtuals = new Interleaver(3);
        var summary = Compare(name, transactions, virtuals);
        Assert.Equal((Strategy.Segments, 0), (summary.Strategy, summary.Aborts));
    }

    [Theory]
    [InlineData("transfers-one-sender")]
    [InlineData("erc20-one-recipient")]
    [InlineData("swaps-1")]
    [InlineData("nft-mint")]
    [InlineData("orderbook")]
    public void Dependent_ones_end_as_serial_execution_does(string name)
    {
        foreach (int workers in (int[])[2, 4, 8])
        {
            var summary = Compare(name, 400, new WorkerThreads(workers));
            Assert.Equal(400 + summary.Aborts, summary.Executions);
        }
    }

    /// <summary>The first transaction of a stretch shows it, or one of the next: the leader has changed it by then.
    /// </summary>
    [Theory]
    [InlineData("swaps-1")]
    [InlineData("nft-mint")]
    [InlineData("orderbook")]
    public void What_is_in_vain_ends_after_a_small_part(string name)
    {
        var virtuals = new Interleaver(2);
        var summary = Compare(name, 400, virtuals);
        Assert.InRange(summary.Aborts, 1, 40);
    }

    private static ExecutionSummary Compare(string name, int transactions, IDriver driver)
    {
        var workload = Workload.Create(name, transactions, 7, null);
        var codes = new CodeCache();
        using var threads = driver;
        using var serial = new SerialExecutor(workload.Rules, workload.ChainId, codes);
        using var segmented = new SegmentedExecutor(workload.Rules, workload.ChainId, codes, threads);
        var input = new BlockInput(workload.Block, workload.State, NoHashes.Instance);
        var expected = serial.Transition(input).Seal();
        ExecutionSummary summary = default;
        for (int run = 0; run < 3; run++)
        {
            var got = segmented.Transition(input).Seal();
            summary = segmented.Summary;
            Assert.Null(ResultDifference.Find(expected, serial.GetChanges(), got, segmented.GetChanges()));
        }
        return summary;
    }

    private sealed class NoHashes : IBlockHashes
    {
        public static readonly NoHashes Instance = new();

        public Hash256 GetBlockHash(ulong number) => default;
    }
}
