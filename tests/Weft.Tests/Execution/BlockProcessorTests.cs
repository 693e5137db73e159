using System.Security.Cryptography;
using Weft.Evm;
using Weft.Execution;
using Weft.Execution.Blocks;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Xunit;
using static Weft.Primitives.Transactions.TransactionType;

namespace Weft.Tests.Execution;

public class BlockProcessorTests
{
    private static readonly UInt256 Eth = Samples.Ether;
    private static readonly Hash256 ParentHash = Hash256.FromWord(0x9a4e97);
    private static readonly Hash256 BeaconRoot = Hash256.FromWord(0xbeac0);

    private static BlockHeader Header(ulong number = 100) => new()
    {
        Number = number, Beneficiary = Samples.Coinbase, GasLimit = 30_000_000, ParentHash = ParentHash,
        ParentBeaconBlockRoot = BeaconRoot, BaseFeePerGas = UInt256.Zero, ExcessBlobGas = 0,
    };

    private static Block Of(params Transaction[] transactions) => new(Header(), transactions, [], null);

    private static Block Paying(params Withdrawal[] withdrawals) => new(Header(), [], [], withdrawals);

    /// <summary>From Prague on the two contracts that collect requests must be there; these return nothing.</summary>
    private static Scenario WithRequestContracts(
        Fork fork, byte[]? withdrawals = null, byte[]? consolidations = null) =>
        new Scenario(fork)
            .Given(SystemContracts.WithdrawalRequests, 0, 1, Code.Return(withdrawals ?? []))
            .Given(SystemContracts.ConsolidationRequests, 0, 1, Code.Return(consolidations ?? []));

    // ---- Transactions ----

    [Fact]
    public void Receipts_add_up_the_gas()
    {
        using var scenario = new Scenario(Fork.Berlin);
        var result = scenario.Run(Of(Samples.Of(Legacy), Samples.Of(AccessList, nonce: 1, data: [1])));

        Assert.Equal(BlockError.None, result.Error);
        Assert.Equal([21000ul, 42016ul], result.Receipts.Select(r => r.CumulativeGasUsed));
        Assert.Equal([21000ul, 21016ul], result.Receipts.Select(r => r.GasUsed));
        Assert.Equal([Legacy, AccessList], result.Receipts.Select(r => r.Type));
        Assert.All(result.Receipts, r => Assert.True(r.Succeeded));
        Assert.Equal(42016ul, result.GasUsed);
        Assert.Equal([21000ul, 21016ul], result.Transactions.Select(t => t.GasUsed));
    }

    [Fact]
    public void An_invalid_transaction_is_named_with_its_reason()
    {
        using var scenario = new Scenario(Fork.Berlin);
        var result = scenario.Run(Of(Samples.Of(Legacy), Samples.Of(Legacy, nonce: 5)));

        Assert.Equal(BlockError.InvalidTransaction, result.Error);
        Assert.Equal((1, TransactionError.NonceTooHigh), (result.TransactionIndex, result.TransactionError));
        Assert.Single(result.Receipts);
    }

    [Fact]
    public void The_gas_limits_of_the_transactions_fit_what_is_left_of_the_block()
    {
        using var scenario = new Scenario(Fork.Berlin);
        var result = scenario.Run(Of(
            Samples.Of(Legacy, gas: 30_000_000), Samples.Of(Legacy, nonce: 1, gas: 29_979_000),
            Samples.Of(Legacy, nonce: 2, gas: 29_958_001)));
        Assert.Equal((2, TransactionError.GasLimitExceedsBlock), (result.TransactionIndex, result.TransactionError));
    }

    [Fact]
    public void The_blobs_of_all_transactions_fit_the_block()
    {
        Transaction Blobs(ulong nonce, int count) => Samples.Of(
            Blob, nonce: nonce, blobs: [.. Enumerable.Repeat(Samples.VersionedHash(1), count)]);
        using var full = new Scenario(Fork.Cancun);
        var result = full.Run(Of(Blobs(0, 4), Blobs(1, 2)));
        Assert.Equal((BlockError.None, 6 * 131072ul), (result.Error, result.BlobGasUsed));

        using var overfull = new Scenario(Fork.Cancun);
        result = overfull.Run(Of(Blobs(0, 4), Blobs(1, 3)));
        Assert.Equal((1, TransactionError.BlobGasExceedsBlock), (result.TransactionIndex, result.TransactionError));
    }

    // ---- Rewards and withdrawals ----

    [Theory]
    [InlineData(Fork.SpuriousDragon, 5)]
    [InlineData(Fork.Byzantium, 3)]
    [InlineData(Fork.Constantinople, 2)]
    [InlineData(Fork.GrayGlacier, 2)]
    [InlineData(Fork.Paris, 0)]
    public void A_block_is_worth_5_3_2_or_no_ether(Fork fork, ulong ether)
    {
        using var scenario = new Scenario(fork);
        scenario.Run(Of());
        Assert.Equal(ether * Eth, scenario.Balance(Samples.Coinbase));
    }

    [Fact]
    public void Ommers_are_worth_an_eighth_less_for_each_block_and_a_32nd_to_who_names_them()
    {
        Address near = Address.FromNumber(0x1001), far = Address.FromNumber(0x1006);
        BlockHeader[] ommers = [Header(99) with { Beneficiary = near }, Header(94) with { Beneficiary = far }];
        using var scenario = new Scenario(Fork.Byzantium);
        scenario.Run(new Block(Header(), [], ommers, null));

        Assert.Equal(3 * Eth + 2 * (3 * Eth / (UInt256)32), scenario.Balance(Samples.Coinbase));
        Assert.Equal(3 * Eth * (UInt256)7 / (UInt256)8, scenario.Balance(near));
        Assert.Equal(3 * Eth * (UInt256)2 / (UInt256)8, scenario.Balance(far));
    }

    [Theory]
    [InlineData(92)]
    [InlineData(100)]
    [InlineData(ulong.MaxValue)]
    public void An_ommer_that_no_reward_is_defined_for_makes_the_block_invalid(ulong number)
    {
        using var scenario = new Scenario(Fork.Byzantium);
        var result = scenario.Run(new Block(Header(), [], [Header(number)], null));
        Assert.Equal(BlockError.OmmerWithoutReward, result.Error);
    }

    [Fact]
    public void Withdrawals_are_paid_in_gwei_from_Shanghai_on()
    {
        using var scenario = new Scenario(Fork.Shanghai);
        scenario.Run(Paying(
            new Withdrawal(0, 7, Samples.Recipient, 3), new Withdrawal(1, 8, Samples.Recipient, ulong.MaxValue)));
        Assert.Equal((3 + (UInt256)ulong.MaxValue) * 1_000_000_000, scenario.Balance(Samples.Recipient));
    }

    [Fact]
    public void A_withdrawal_of_nothing_creates_no_account()
    {
        using var scenario = new Scenario(Fork.Shanghai);
        scenario.Run(Paying(new Withdrawal(0, 7, Samples.Recipient, 0)));
        Assert.False(scenario.State.Exists(Samples.Recipient));
    }

    // ---- System calls ----

    [Fact]
    public void The_beacon_root_is_told_to_its_contract_by_the_system_address()
    {
        using var scenario = new Scenario(Fork.Cancun)
            .Given(SystemContracts.BeaconRoots, 0, 1, Code.StoreInputAndCaller);
        var result = scenario.Run(Of());

        Assert.Equal(BlockError.None, result.Error);
        Assert.Equal(BeaconRoot.ToWord(), scenario.Slot(SystemContracts.BeaconRoots, 0));
        Assert.Equal(SystemCalls.SystemAddress.ToWord(), scenario.Slot(SystemContracts.BeaconRoots, 1));
        Assert.False(scenario.State.Exists(SystemCalls.SystemAddress));
        Assert.Equal(0ul, result.GasUsed);
    }

    [Fact]
    public void The_parent_hash_is_told_to_its_contract_from_Prague_on()
    {
        using var before = new Scenario(Fork.Cancun)
            .Given(SystemContracts.BlockHashHistory, 0, 1, Code.StoreInputAndCaller);
        before.Run(Of());
        Assert.True(before.Slot(SystemContracts.BlockHashHistory, 0).IsZero);

        using var after = WithRequestContracts(Fork.Prague)
            .Given(SystemContracts.BlockHashHistory, 0, 1, Code.StoreInputAndCaller);
        Assert.Equal(BlockError.None, after.Run(Of()).Error);
        Assert.Equal(ParentHash.ToWord(), after.Slot(SystemContracts.BlockHashHistory, 0));
    }

    [Fact]
    public void Contracts_that_are_told_something_may_be_missing_or_fail()
    {
        using var missing = WithRequestContracts(Fork.Prague);
        Assert.Equal(BlockError.None, missing.Run(Of()).Error);
        Assert.False(missing.State.Exists(SystemContracts.BeaconRoots));

        using var failing = WithRequestContracts(Fork.Prague)
            .Given(SystemContracts.BeaconRoots, 0, 1, Code.Invalid)
            .Given(SystemContracts.BlockHashHistory, 0, 1, Code.Revert);
        Assert.Equal(BlockError.None, failing.Run(Of()).Error);
    }

    [Fact]
    public void What_a_system_call_makes_warm_is_cold_for_the_first_transaction()
    {
        using var scenario = new Scenario(Fork.Cancun)
            .Given(SystemContracts.BeaconRoots, 0, 1, Code.StoreInputAndCaller)
            .Given(Samples.Recipient, 0, 1, Code.StoreCostOfBalance(SystemContracts.BeaconRoots));
        scenario.Run(Of(Samples.Of(Legacy)));
        Assert.Equal(Code.ColdBalanceCost, scenario.Slot(Samples.Recipient, 0));
    }

    // ---- Requests ----

    [Fact]
    public void Before_Prague_there_are_no_requests()
    {
        using var scenario = new Scenario(Fork.Cancun);
        Assert.Null(scenario.Run(Of()).RequestsHash);
    }

    [Fact]
    public void Without_requests_the_hash_is_that_of_nothing()
    {
        using var scenario = WithRequestContracts(Fork.Prague);
        var result = scenario.Run(Of());
        Assert.Empty(result.Requests);
        Assert.Equal(new Hash256(SHA256.HashData([])), result.RequestsHash);
    }

    [Fact]
    public void Requests_are_what_the_contracts_return_in_order_of_type()
    {
        using var scenario = WithRequestContracts(Fork.Prague, withdrawals: [5, 6], consolidations: [7]);
        var result = scenario.Run(Of());

        Assert.Equal([[1, 5, 6], [2, 7]], result.Requests.Select(r => r.ToArray()));
        byte[] hashes = [.. SHA256.HashData([1, 5, 6]), .. SHA256.HashData([2, 7])];
        Assert.Equal(new Hash256(SHA256.HashData(hashes)), result.RequestsHash);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_block_without_a_contract_for_requests_is_invalid(bool withdrawalsMissing)
    {
        var there = withdrawalsMissing ? SystemContracts.ConsolidationRequests : SystemContracts.WithdrawalRequests;
        using var scenario = new Scenario(Fork.Prague).Given(there, 0, 1, Code.Return([]));
        Assert.Equal(BlockError.SystemContractMissing, scenario.Run(Of()).Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_block_whose_contract_for_requests_fails_is_invalid(bool withdrawalsFail)
    {
        var failing = withdrawalsFail ? SystemContracts.WithdrawalRequests : SystemContracts.ConsolidationRequests;
        using var scenario = WithRequestContracts(Fork.Prague).Given(failing, 0, 1, Code.Revert);
        Assert.Equal(BlockError.SystemCallFailed, scenario.Run(Of()).Error);
    }

    [Fact]
    public void Deposits_are_read_from_the_logs_of_the_deposit_contract()
    {
        var (data, request) = DepositLogTests.Sample(seed: 1);
        var contract = Address.FromNumber(0xde9051);
        using var scenario = WithRequestContracts(Fork.Prague, withdrawals: [9])
            .Given(contract, 0, 1, Code.Log(DepositLog.EventTopic, data))
            .Given(Samples.Recipient, 0, 1, Code.Log(DepositLog.EventTopic, data));
        var block = Of(
            Samples.Of(Legacy, to: contract), Samples.Of(Legacy, nonce: 1), Samples.Of(Legacy, nonce: 2, to: contract));
        var result = scenario.Run(block, depositContract: contract);

        Assert.Equal([[0, .. request, .. request], [1, 9]], result.Requests.Select(r => r.ToArray()));
    }

    [Fact]
    public void A_deposit_of_another_layout_makes_the_block_invalid()
    {
        using var scenario = WithRequestContracts(Fork.Prague)
            .Given(DepositLog.MainnetContract, 0, 1, Code.Log(DepositLog.EventTopic, new byte[576]));
        var result = scenario.Run(Of(Samples.Of(Legacy, to: DepositLog.MainnetContract)));
        Assert.Equal(BlockError.InvalidDepositLog, result.Error);
    }

    // ---- The DAO ----

    [Fact]
    public void The_DAO_fork_moves_all_116_balances()
    {
        using var scenario = new Scenario(Fork.Homestead);
        var accounts = DaoFork.DrainedAccounts.ToArray();
        foreach (var account in accounts) scenario.Given(account, 10);
        scenario.Given(DaoFork.RefundContract, 1);
        scenario.Run(Of(), isDaoForkBlock: true);

        Assert.Equal(116, accounts.Distinct().Count());
        Assert.All(accounts, a => Assert.True(scenario.Balance(a).IsZero));
        Assert.Equal((UInt256)1161, scenario.Balance(DaoFork.RefundContract));
    }

    [Fact]
    public void Other_blocks_leave_the_DAO_alone()
    {
        using var scenario = new Scenario(Fork.Homestead).Given(DaoFork.DrainedAccounts.First(), 10);
        scenario.Run(Of());
        Assert.Equal((UInt256)10, scenario.Balance(DaoFork.DrainedAccounts.First()));
    }
}
