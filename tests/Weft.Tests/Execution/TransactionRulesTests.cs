using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Crypto;
using Weft.Primitives.Transactions;
using Xunit;
using static Weft.Primitives.Transactions.TransactionType;

namespace Weft.Tests.Execution;

public class TransactionRulesTests
{
    private static TransactionError Check(Transaction transaction, Fork fork) =>
        TransactionRules.Check(transaction, ForkRules.Of(fork), 1, out _, out _);

    private static TransactionError CheckInBlock(
        Transaction transaction, ulong baseFee = 0, ulong blobBaseFee = 1, ulong gasLeft = 30_000_000,
        ulong blobGasLeft = 6 * BlobGas.PerBlob) =>
        TransactionRules.CheckInBlock(
            transaction, new() { BaseFee = baseFee, BlobBaseFee = blobBaseFee }, gasLeft, blobGasLeft);

    // ---- Envelope ----

    [Theory]
    [InlineData(AccessList, Fork.Istanbul, Fork.Berlin)]
    [InlineData(DynamicFee, Fork.Berlin, Fork.London)]
    [InlineData(Blob, Fork.Shanghai, Fork.Cancun)]
    [InlineData(SetCode, Fork.Cancun, Fork.Prague)]
    public void A_type_is_accepted_from_its_fork_on(TransactionType type, Fork before, Fork from)
    {
        Assert.Equal(TransactionError.TypeNotSupported, Check(Samples.Of(type), before));
        Assert.Equal(TransactionError.None, Check(Samples.Of(type), from));
    }

    [Fact]
    public void A_high_s_is_rejected_from_Homestead_on()
    {
        var high = Samples.Of(Legacy, chainId: null, s: Secp256k1.HalfOrder + 1);
        Assert.Equal(TransactionError.None, Check(high, Fork.Frontier));
        Assert.Equal(TransactionError.InvalidSignature, Check(high, Fork.Homestead));
        Assert.Equal(TransactionError.None, Check(Samples.Of(Legacy, s: Secp256k1.HalfOrder), Fork.Osaka));
    }

    [Fact]
    public void A_signature_for_a_chain_is_known_from_Spurious_Dragon_on()
    {
        Assert.Equal(TransactionError.ReplayProtectionNotSupported, Check(Samples.Of(Legacy), Fork.TangerineWhistle));
        Assert.Equal(TransactionError.None, Check(Samples.Of(Legacy), Fork.SpuriousDragon));
    }

    [Fact]
    public void A_signature_for_another_chain_is_rejected() =>
        Assert.Equal(TransactionError.WrongChainId, Check(Samples.Of(Legacy, chainId: 2), Fork.Osaka));

    [Fact]
    public void A_legacy_signature_for_no_chain_stays_valid() =>
        Assert.Equal(TransactionError.None, Check(Samples.Of(Legacy, chainId: null), Fork.Osaka));

    [Fact]
    public void The_largest_nonce_is_rejected_and_the_one_before_is_not()
    {
        Assert.Equal(TransactionError.NonceIsMax, Check(Samples.Of(Legacy, nonce: ulong.MaxValue), Fork.Osaka));
        Assert.Equal(TransactionError.None, Check(Samples.Of(Legacy, nonce: ulong.MaxValue - 1), Fork.Osaka));
    }

    // ---- Gas ----

    [Fact]
    public void Gas_below_the_intrinsic_gas_is_rejected()
    {
        Assert.Equal(TransactionError.IntrinsicGasTooLow, Check(Samples.Of(Legacy, gas: 20999), Fork.Osaka));
        Assert.Equal(TransactionError.None, Check(Samples.Of(Legacy, gas: 21000), Fork.Osaka));
    }

    [Fact]
    public void Gas_below_the_floor_is_rejected_from_Prague_on()
    {
        var transaction = Samples.Of(Legacy, gas: 21039, data: [1]);
        Assert.Equal(TransactionError.None, Check(transaction, Fork.Cancun));
        Assert.Equal(TransactionError.FloorGasTooLow, Check(transaction, Fork.Prague));
        Assert.Equal(TransactionError.None, Check(Samples.Of(Legacy, gas: 21040, data: [1]), Fork.Prague));
    }

    [Fact]
    public void Gas_above_16777216_is_rejected_from_Osaka_on()
    {
        Assert.Equal(TransactionError.None, Check(Samples.Of(Legacy, gas: 16_777_217), Fork.Prague));
        Assert.Equal(TransactionError.GasLimitExceedsCap, Check(Samples.Of(Legacy, gas: 16_777_217), Fork.Osaka));
        Assert.Equal(TransactionError.None, Check(Samples.Of(Legacy, gas: 16_777_216), Fork.Osaka));
    }

    [Fact]
    public void Init_code_above_49152_bytes_is_rejected_from_Shanghai_on()
    {
        Transaction Creation(int length) => Samples.Of(Legacy, create: true, gas: 10_000_000, data: new byte[length]);
        Assert.Equal(TransactionError.None, Check(Creation(49153), Fork.Paris));
        Assert.Equal(TransactionError.InitCodeTooLarge, Check(Creation(49153), Fork.Shanghai));
        Assert.Equal(TransactionError.None, Check(Creation(49152), Fork.Shanghai));
    }

    [Fact]
    public void Call_data_may_be_longer_than_init_code() => Assert.Equal(
        TransactionError.None, Check(Samples.Of(Legacy, gas: 10_000_000, data: new byte[49153]), Fork.Shanghai));

    [Fact]
    public void Gas_above_what_is_left_of_the_block_is_rejected()
    {
        Assert.Equal(TransactionError.GasLimitExceedsBlock, CheckInBlock(Samples.Of(Legacy), gasLeft: 199_999));
        Assert.Equal(TransactionError.None, CheckInBlock(Samples.Of(Legacy), gasLeft: 200_000));
    }

    [Fact]
    public void Gas_that_a_frame_cannot_count_is_rejected_in_every_block() => Assert.Equal(
        TransactionError.GasLimitExceedsBlock,
        CheckInBlock(Samples.Of(Legacy, gas: 1ul << 63), gasLeft: ulong.MaxValue));

    // ---- Fees ----

    [Fact]
    public void A_priority_fee_above_the_fee_cap_is_rejected()
    {
        TransactionError Fees(ulong cap, ulong priority) =>
            Check(Samples.Of(DynamicFee, price: cap, priority: priority), Fork.London);
        Assert.Equal(TransactionError.PriorityFeeAboveFeeCap, Fees(cap: 10, priority: 11));
        Assert.Equal(TransactionError.None, Fees(cap: 10, priority: 10));
    }

    [Theory]
    [InlineData(Legacy)]
    [InlineData(DynamicFee)]
    public void A_price_whose_product_with_the_gas_exceeds_256_bits_is_rejected(TransactionType type)
    {
        UInt256 largest = UInt256.MaxValue / (UInt256)200_000;
        Assert.Equal(TransactionError.None, Check(Samples.Of(type, maxFee: largest), Fork.London));
        Assert.Equal(TransactionError.GasPriceTooHigh, Check(Samples.Of(type, maxFee: largest + 1), Fork.London));
    }

    [Theory]
    [InlineData(Legacy)]
    [InlineData(AccessList)]
    [InlineData(DynamicFee)]
    public void A_fee_cap_below_the_base_fee_is_rejected(TransactionType type)
    {
        Assert.Equal(TransactionError.FeeCapBelowBaseFee, CheckInBlock(Samples.Of(type), baseFee: 11));
        Assert.Equal(TransactionError.None, CheckInBlock(Samples.Of(type), baseFee: 10));
    }

    // ---- Blobs ----

    [Fact]
    public void A_blob_transaction_has_blobs() =>
        Assert.Equal(TransactionError.BlobsMissing, Check(Samples.Of(Blob, blobs: []), Fork.Cancun));

    [Fact]
    public void A_blob_transaction_does_not_create() =>
        Assert.Equal(TransactionError.BlobCreatesContract, Check(Samples.Of(Blob, create: true), Fork.Cancun));

    [Theory]
    [InlineData(Fork.Cancun, 6)]
    [InlineData(Fork.Prague, 9)]
    [InlineData(Fork.Osaka, 6)]
    [InlineData(Fork.Bpo2, 6)]
    public void A_transaction_has_as_many_blobs_as_a_block_and_from_Osaka_on_at_most_6(Fork fork, int max)
    {
        Transaction Blobs(int count) => Samples.Of(
            Blob, blobs: [.. Enumerable.Repeat(Samples.VersionedHash(1), count)]);
        Assert.Equal(TransactionError.None, Check(Blobs(max), fork));
        Assert.Equal(TransactionError.TooManyBlobs, Check(Blobs(max + 1), fork));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_versioned_hash_starts_with_1(byte version) => Assert.Equal(
        TransactionError.BlobVersionNotSupported,
        Check(Samples.Of(Blob, blobs: [Samples.VersionedHash(1), Samples.VersionedHash(version)]), Fork.Cancun));

    [Fact]
    public void A_blob_fee_cap_below_the_blob_base_fee_is_rejected()
    {
        Assert.Equal(
            TransactionError.BlobFeeCapBelowBlobBaseFee, CheckInBlock(Samples.Of(Blob, blobFee: 6), blobBaseFee: 7));
        Assert.Equal(TransactionError.None, CheckInBlock(Samples.Of(Blob, blobFee: 7), blobBaseFee: 7));
    }

    [Fact]
    public void Blob_gas_above_what_is_left_of_the_block_is_rejected()
    {
        Assert.Equal(
            TransactionError.BlobGasExceedsBlock, CheckInBlock(Samples.Of(Blob), blobGasLeft: BlobGas.PerBlob - 1));
        Assert.Equal(TransactionError.None, CheckInBlock(Samples.Of(Blob), blobGasLeft: BlobGas.PerBlob));
    }

    // ---- Delegations ----

    [Fact]
    public void A_set_code_transaction_has_authorizations() =>
        Assert.Equal(
            TransactionError.AuthorizationListEmpty, Check(Samples.Of(SetCode, authorizations: []), Fork.Prague));

    [Fact]
    public void A_set_code_transaction_does_not_create() =>
        Assert.Equal(TransactionError.SetCodeCreatesContract, Check(Samples.Of(SetCode, create: true), Fork.Prague));
}
