using System.Text;
using Weft.Chain.Validation;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Xunit;

namespace Weft.Tests.Chain.Validation;

public sealed class HeaderRulesTests
{
    public static TheoryData<Fork> Forks => new(Enum.GetValues<Fork>());

    private static BlockResult? Check(Fork fork, Func<BlockHeader, BlockHeader> change, ulong? dao = null)
    {
        var parent = Headers.Parent(fork);
        return HeaderRules.Check(change(Headers.Child(parent, fork)), parent, ForkRules.Of(fork), dao);
    }

    private static void AssertBroken(
        BlockError error, string detail, Fork fork, Func<BlockHeader, BlockHeader> change, ulong? dao = null)
    {
        var result = Check(fork, change, dao);
        Assert.Equal(error, result?.Error);
        Assert.Contains(detail, result!.Detail, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Forks))]
    public void A_child_that_follows_its_parent_breaks_no_rule(Fork fork) => Assert.Null(Check(fork, header => header));

    [Theory, MemberData(nameof(Forks))]
    public void A_number_that_does_not_follow_is_rejected(Fork fork)
    {
        AssertBroken(BlockError.NumberMismatch, "expected 100, found 101", fork, h => h with { Number = 101 });
        AssertBroken(BlockError.NumberMismatch, "expected 100, found 99", fork, h => h with { Number = 99 });
    }

    [Theory, MemberData(nameof(Forks))]
    public void A_timestamp_must_be_after_the_parents(Fork fork)
    {
        AssertBroken(BlockError.TimestampNotAfterParent, "1000", fork, h => h with { Timestamp = 1000 });
        AssertBroken(BlockError.TimestampNotAfterParent, "999", fork, h => h with { Timestamp = 999 });
    }

    [Fact]
    public void Extra_data_has_at_most_32_bytes()
    {
        Assert.Null(Check(Fork.Prague, h => h with { ExtraData = new byte[32] }));
        AssertBroken(
            BlockError.ExtraDataTooLong, "at most 32 bytes, found 33", Fork.Prague,
            h => h with { ExtraData = new byte[33] });
    }

    [Fact]
    public void The_DAO_fork_names_itself_in_ten_blocks()
    {
        byte[] name = Encoding.ASCII.GetBytes("dao-hard-fork");
        foreach (ulong dao in new ulong[] { 91, 95, 100 })
        {
            AssertBroken(BlockError.DaoExtraDataMissing, "0x64616f2d686172642d666f726b", Fork.Homestead, h => h, dao);
            Assert.Null(Check(Fork.Homestead, h => h with { ExtraData = name }, dao));
        }
        Assert.Null(Check(Fork.Homestead, h => h, dao: 90));
        Assert.Null(Check(Fork.Homestead, h => h, dao: 101));
    }

    [Theory]
    [InlineData(4999, BlockError.GasLimitTooLow)]
    [InlineData(1ul << 63, BlockError.GasLimitTooHigh)]
    [InlineData(30_000_000 + 29296, BlockError.GasLimitChangeTooLarge)]
    [InlineData(30_000_000 - 29296, BlockError.GasLimitChangeTooLarge)]
    public void The_gas_limit_has_bounds(ulong limit, BlockError error) =>
        AssertBroken(error, $"found {limit}", Fork.Shanghai, h => h with { GasLimit = limit });

    [Theory]
    [InlineData(30_000_000 + 29295)]
    [InlineData(30_000_000 - 29295)]
    public void The_gas_limit_may_move_by_less_than_its_1024th(ulong limit) =>
        Assert.Null(Check(Fork.Shanghai, h => h with { GasLimit = limit }));

    [Fact]
    public void Londons_first_block_doubles_the_gas_limit_and_begins_with_one_gwei()
    {
        var parent = Headers.Parent(Fork.Berlin);
        var good = Headers.Child(parent, Fork.London) with { GasLimit = 60_000_000 };
        BlockResult? Check(BlockHeader header) =>
            HeaderRules.Check(header, parent, ForkRules.Of(Fork.London), daoForkNumber: null);
        Assert.Equal((UInt256)1_000_000_000ul, good.BaseFeePerGas);
        Assert.Null(Check(good));
        Assert.Equal(BlockError.GasLimitChangeTooLarge, Check(good with { GasLimit = 30_000_000 })?.Error);
        Assert.Equal(BlockError.BaseFeeMismatch, Check(good with { BaseFeePerGas = 1000 })?.Error);
    }

    [Fact]
    public void More_gas_than_the_limit_is_rejected() => AssertBroken(
        BlockError.GasLimitExceeded, "30000001", Fork.Berlin, h => h with { GasUsed = 30_000_001 });

    [Theory]
    [InlineData(Fork.Frontier)]
    [InlineData(Fork.Berlin)]
    [InlineData(Fork.GrayGlacier)]
    public void Work_is_demanded_before_Paris(Fork fork)
    {
        AssertBroken(
            BlockError.DifficultyMismatch, "difficulty: expected", fork,
            h => h with { Difficulty = h.Difficulty + UInt256.One });
        AssertBroken(BlockError.ProofOfStakeBeforeParis, "found 0", fork, h => h with { Difficulty = UInt256.Zero });
        Assert.Null(Check(fork, h => h with { Nonce = 7, MixHash = Hash256.FromWord(1) }));
    }

    [Theory]
    [InlineData(Fork.Paris)]
    [InlineData(Fork.Bpo2)]
    public void Nothing_of_work_is_left_after_Paris(Fork fork)
    {
        AssertBroken(BlockError.ProofOfWorkAfterParis, "found 1", fork, h => h with { Difficulty = UInt256.One });
        AssertBroken(BlockError.NonceAfterParis, "found 1", fork, h => h with { Nonce = 1 });
        AssertBroken(BlockError.OmmersAfterParis, "expected", fork, h => h with { OmmersHash = Hash256.Zero });
        Assert.Null(Check(fork, h => h with { MixHash = Hash256.FromWord(1) }));
    }

    [Theory, MemberData(nameof(Forks))]
    public void Every_field_is_there_from_its_fork_on_and_not_before(Fork fork)
    {
        var rules = ForkRules.Of(fork);
        void Check(
            string name, bool isActive, Func<BlockHeader, BlockHeader> without, Func<BlockHeader, BlockHeader> with)
        {
            if (isActive) AssertBroken(BlockError.FieldMissing, name, fork, without);
            else AssertBroken(BlockError.FieldNotActive, name, fork, with);
        }

        Check("base fee", rules.BaseFee, h => h with { BaseFeePerGas = null }, h => h with { BaseFeePerGas = 7 });
        Check("withdrawals root", rules.Withdrawals,
            h => h with { WithdrawalsRoot = null }, h => h with { WithdrawalsRoot = Hash256.OfEmptyTrie });
        Check("blob gas used", rules.Blobs is not null,
            h => h with { BlobGasUsed = null }, h => h with { BlobGasUsed = 0 });
        Check("excess blob gas", rules.Blobs is not null,
            h => h with { ExcessBlobGas = null }, h => h with { ExcessBlobGas = 0 });
        Check("parent beacon block root", rules.BeaconRoots,
            h => h with { ParentBeaconBlockRoot = null }, h => h with { ParentBeaconBlockRoot = Hash256.Zero });
        Check("requests hash", rules.Requests,
            h => h with { RequestsHash = null }, h => h with { RequestsHash = Hash256.Zero });
    }

    [Theory]
    [InlineData(Fork.Cancun, 6)]
    [InlineData(Fork.Prague, 9)]
    [InlineData(Fork.Bpo1, 15)]
    [InlineData(Fork.Bpo2, 21)]
    public void Blob_gas_is_whole_blobs_up_to_the_schedules_maximum(Fork fork, ulong max)
    {
        Assert.Null(Check(fork, h => h with { BlobGasUsed = max * 131072 }));
        AssertBroken(
            BlockError.BlobGasAboveLimit, $"at most {max * 131072}", fork,
            h => h with { BlobGasUsed = (max + 1) * 131072 });
        AssertBroken(BlockError.BlobGasNotOfWholeBlobs, "131072", fork, h => h with { BlobGasUsed = 131073 });
        AssertBroken(
            BlockError.ExcessBlobGasMismatch, "expected 0, found 131072", fork, h => h with { ExcessBlobGas = 131072 });
    }
}
