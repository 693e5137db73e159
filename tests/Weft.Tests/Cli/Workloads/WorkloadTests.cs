using Weft.Cli.Workloads;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Cli.Workloads;

public sealed class WorkloadTests
{
    private const int Small = 60;

    public static TheoryData<string> Names => new(Workload.All.Select(workload => workload.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_transaction_succeeds_at_any_contention(string name)
    {
        foreach (double contention in new[] { 0, 0.3, 1 })
        {
            var made = Workload.Create(name, Small, seed: 3, contention);

            Assert.Equal(Small, made.Block.Transactions.Count);
            Assert.All(made.Result.Receipts, receipt => Assert.True(receipt.Succeeded));
            Assert.Equal(made.Result.GasUsed, made.Block.Header.GasUsed);
            Assert.InRange(made.Block.Header.GasUsed, 21_000ul * Small, made.Block.Header.GasLimit);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_makes_the_same_block_and_another_seed_another(string name)
    {
        var first = Workload.Create(name, Small, seed: 5);

        Assert.Equal(first.Block.Header.Hash, Workload.Create(name, Small, seed: 5).Block.Header.Hash);
        Assert.NotEqual(first.Block.Header.Hash, Workload.Create(name, Small, seed: 6).Block.Header.Hash);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void More_contention_leaves_fewer_locations_to_write(string name)
    {
        int[] written = [.. new[] { 0, 0.5, 1 }.Select(c => Workload.Create(name, 200, seed: 1, c).WrittenLocations)];

        // A pool is a pool. Elsewhere half of the way takes something away already, but where 64 pools are still all
        // traded with.
        if (name == "swaps-1") Assert.Equal(written[0], written[2]);
        else if (name == "swaps-64") Assert.True(written[0] > written[2], string.Join(" > ", written));
        else Assert.True(written[0] > written[1] && written[1] > written[2], string.Join(" > ", written));
    }

    [Fact]
    public void Nothing_is_shared_but_the_fee_recipient_when_transfers_are_disjoint() =>
        Assert.Equal((2 * Small) + 1, Workload.Create("transfers-disjoint", Small).WrittenLocations);

    [Fact]
    public void One_transaction_is_enough() =>
        Assert.All(Workload.All, workload => Assert.Single(workload.Create(new(Transactions: 1)).Block.Transactions));

    [Fact]
    public void Signatures_are_those_of_the_senders()
    {
        var made = Workload.Find("erc20-disjoint")!.Create(new(Transactions: 5, Sign: true));

        Assert.True(made.IsSigned);
        foreach (var transaction in made.Block.Transactions)
        {
            Assert.True(SenderRecovery.TryRecoverSigners(transaction, out var recovered));
            Assert.Equal(transaction.Sender, recovered.Sender);
        }
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(Workload.TransactionsMax + 1, 0.5)]
    [InlineData(1, -0.1)]
    [InlineData(1, 1.1)]
    [InlineData(1, double.NaN)]
    public void Options_out_of_range_are_refused(int transactions, double contention) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Workload.Create("transfers-disjoint", transactions, 1, contention));

    [Theory]
    [InlineData("")]
    [InlineData("swaps")]
    [InlineData("swaps-")]
    [InlineData("swaps-0")]
    [InlineData("swaps-007")]
    [InlineData("swaps-99999999999")]
    public void There_is_no_workload_of_another_name(string name) => Assert.Null(Workload.Find(name));
}
