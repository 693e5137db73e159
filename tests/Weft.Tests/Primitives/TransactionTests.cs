using Weft.Primitives;
using Weft.Primitives.Crypto;
using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Primitives;

public sealed class TransactionTests
{
    [Theory]
    [InlineData(TransactionType.Legacy)]
    [InlineData(TransactionType.AccessList)]
    [InlineData(TransactionType.DynamicFee)]
    [InlineData(TransactionType.Blob)]
    [InlineData(TransactionType.SetCode)]
    public void Every_type_round_trips_field_by_field(TransactionType type)
    {
        var random = new WireRandom(20 + (int)type);
        for (int i = 0; i < 500; i++)
        {
            var original = random.Transaction(type);
            var bytes = original.Encode();
            var decoded = Transaction.Decode(bytes);
            AssertSame(original, decoded);
            Assert.Equal(bytes, decoded.Encode());
            Assert.Equal(Keccak.Hash(bytes), decoded.Hash);
            Assert.Equal(decoded.Hash, original.Hash);
            Assert.Null(decoded.Sender);
        }
    }

    [Theory]
    [InlineData(TransactionType.Legacy)]
    [InlineData(TransactionType.AccessList)]
    [InlineData(TransactionType.DynamicFee)]
    [InlineData(TransactionType.Blob)]
    [InlineData(TransactionType.SetCode)]
    public void Encoding_is_the_field_list_of_the_EIP(TransactionType type)
    {
        var random = new WireRandom(30 + (int)type);
        for (int i = 0; i < 200; i++)
        {
            var transaction = random.Transaction(type);
            byte[] list = NaiveRlp.Encode(Fields(transaction).Concat(SignatureFields(transaction)).ToArray());
            Assert.Equal(type == TransactionType.Legacy ? list : [(byte)type, .. list], transaction.Encode());
        }
    }

    [Theory]
    [InlineData(TransactionType.Legacy)]
    [InlineData(TransactionType.AccessList)]
    [InlineData(TransactionType.DynamicFee)]
    [InlineData(TransactionType.Blob)]
    [InlineData(TransactionType.SetCode)]
    public void The_signer_is_recovered_from_the_wire(TransactionType type)
    {
        var random = new WireRandom(40 + (int)type);
        for (int i = 0; i < 60; i++)
        {
            var key = random.PrivateKey();
            var signed = random.Transaction(type).SignedBy(key);
            var received = Transaction.Decode(signed.Encode());
            Assert.True(SenderRecovery.TryRecover(received, out var sender));
            Assert.Equal(Secp256k1.PrivateKeyToAddress(key), sender);
            Assert.Equal(signed.Sender, sender);
            var known = received.WithSender(sender);
            Assert.Equal(sender, known.Sender);
            Assert.Equal(signed.Hash, known.Hash);
            Assert.Null(received.Sender);
        }
    }

    /// <summary>The example of EIP-155.</summary>
    [Fact]
    public void Replay_protected_signing_matches_the_example_of_Eip155()
    {
        Assert.True(UInt256.TryParse("0x" + string.Concat(Enumerable.Repeat("46", 32)), out var key));
        var unsigned = new Transaction
        {
            Type = TransactionType.Legacy, ChainId = 1, Nonce = 9, GasPrice = 20_000_000_000, GasLimit = 21_000,
            To = Address.Parse("0x3535353535353535353535353535353535353535"), Value = 1_000_000_000_000_000_000,
        };
        Assert.Equal(
            "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53",
            TransactionEncoder.SigningHash(unsigned).ToString());
        Assert.Equal(
            "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd9"
            + "39bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b"
            + "297fb1966a3b6d83",
            Hex.Encode(unsigned.SignedBy(key).Encode()));
    }

    [Fact]
    public void V_maps_to_chain_id_and_parity_and_back()
    {
        const ulong max = ulong.MaxValue;
        foreach (ulong? chainId in new ulong?[] { null, 0, 1, 5, max / 2, max / 2 + 1, max - 1, max })
        {
            for (byte parity = 0; parity < 2; parity++)
            {
                var v = LegacyV.Of(chainId, parity);
                var expected = chainId is { } id
                    ? 35 + 2 * (System.Numerics.BigInteger)id + parity : 27 + parity;
                Assert.Equal(expected, (System.Numerics.BigInteger)v);
                Assert.True(LegacyV.TryParse(v, out var foundId, out byte foundParity));
                Assert.Equal((chainId, parity), (foundId, foundParity));
            }
        }
        foreach (ulong v in new ulong[] { 0, 1, 26, 29, 30, 34 }) Assert.False(LegacyV.TryParse(v, out _, out _));
        Assert.False(LegacyV.TryParse(LegacyV.Of(ulong.MaxValue, 1) + 1, out _, out _));
        Assert.False(LegacyV.TryParse(UInt256.MaxValue, out _, out _));
    }

    [Theory]
    [InlineData("", DecodeError.InputTooShort)]
    [InlineData("00", DecodeError.UnknownTransactionType)]
    [InlineData("00c0", DecodeError.UnknownTransactionType)]
    [InlineData("05c0", DecodeError.UnknownTransactionType)]
    [InlineData("80", DecodeError.UnknownTransactionType)]
    [InlineData("01", DecodeError.InputTooShort)]
    [InlineData("0180", DecodeError.ListExpected)]
    [InlineData("02c0", DecodeError.InputTooShort)]
    [InlineData("c0", DecodeError.InputTooShort)]
    public void What_is_no_transaction_is_refused_with_its_reason(string hex, DecodeError expected)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.False(Transaction.TryDecode(bytes, out _, out var error));
        Assert.Equal(expected, error);
        Assert.Equal(expected, Assert.Throws<RlpException>(() => Transaction.Decode(bytes)).Error);
    }

    [Fact]
    public void Each_broken_rule_has_its_name()
    {
        var legacy = Fields(new WireRandom(50).Transaction(TransactionType.Legacy)).ToArray();
        AssertError(DecodeError.None, [.. legacy, 27, 1, 1]);
        AssertError(DecodeError.None, [.. legacy, 28, Secp256k1.Order - 1, Secp256k1.Order - 1]);
        AssertError(DecodeError.InvalidV, [.. legacy, 26, 1, 1]);
        AssertError(DecodeError.InvalidV, [.. legacy, 0, 1, 1]);
        AssertError(DecodeError.InvalidV, [.. legacy, UInt256.MaxValue, 1, 1]);
        AssertError(DecodeError.SignatureOutOfRange, [.. legacy, 27, 0, 1]);
        AssertError(DecodeError.SignatureOutOfRange, [.. legacy, 27, 1, 0]);
        AssertError(DecodeError.SignatureOutOfRange, [.. legacy, 27, Secp256k1.Order, 1]);
        AssertError(DecodeError.SignatureOutOfRange, [.. legacy, 27, 1, Secp256k1.Order]);
        AssertError(DecodeError.InputTooShort, [.. legacy, 27, 1]);
        AssertError(DecodeError.TrailingItems, [.. legacy, 27, 1, 1, 1]);
        AssertError(DecodeError.WrongSize, [legacy[0], legacy[1], legacy[2], new byte[19], .. legacy[4..], 27, 1, 1]);
        AssertError(DecodeError.WrongSize, [legacy[0], legacy[1], legacy[2], new byte[21], .. legacy[4..], 27, 1, 1]);
        AssertError(DecodeError.IntegerTooLarge, [new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 0 }, .. legacy[1..], 27, 1, 1]);
        AssertError(DecodeError.IntegerWithLeadingZero, [new byte[] { 0 }, .. legacy[1..], 27, 1, 1]);
        var dynamic = Fields(new WireRandom(51).Transaction(TransactionType.DynamicFee)).ToArray();
        AssertError(DecodeError.None, [.. dynamic, 1, 1, 1], 2);
        AssertError(DecodeError.InvalidYParity, [.. dynamic, 2, 1, 1], 2);
        AssertError(DecodeError.InvalidYParity, [.. dynamic, 27, 1, 1], 2);
        AssertError(DecodeError.WrongSize, [.. dynamic[..8], AccessListOf(20, 31), 1, 1, 1], 2);
        AssertError(DecodeError.WrongSize, [.. dynamic[..8], AccessListOf(20, 31, 33), 1, 1, 1], 2);
        AssertError(DecodeError.WrongSize, [.. dynamic[..8], AccessListOf(20, 33), 1, 1, 1], 2);
        AssertError(DecodeError.WrongSize, [.. dynamic[..8], AccessListOf(21, 32), 1, 1, 1], 2);
        AssertError(DecodeError.None, [.. dynamic[..8], AccessListOf(20, 32), 1, 1, 1], 2);
    }

    [Fact]
    public void Typed_transactions_are_strings_inside_lists()
    {
        var random = new WireRandom(52);
        for (int i = 0; i < 200; i++)
        {
            var transaction = random.Transaction();
            using var writer = new RlpWriter();
            TransactionEncoder.WriteItem(transaction, writer);
            var bytes = transaction.Encode();
            Assert.Equal(
                transaction.Type == TransactionType.Legacy ? bytes : NaiveRlp.Encode(bytes), writer.ToArray());
            var reader = new RlpReader(writer.Written);
            var decoded = TransactionDecoder.ReadItem(ref reader);
            Assert.True(reader.Finish());
            Assert.Equal(transaction.Hash, decoded.Hash);
        }
    }

    [Fact]
    public void A_legacy_transaction_wrapped_as_a_string_is_refused()
    {
        var wrapped = NaiveRlp.Encode(new WireRandom(53).Transaction(TransactionType.Legacy).Encode());
        var reader = new RlpReader(wrapped);
        TransactionDecoder.ReadItem(ref reader);
        Assert.Equal(DecodeError.UnknownTransactionType, reader.Error);
    }

    [Fact]
    public void Authorities_are_recovered_by_the_rules_of_Eip7702()
    {
        var random = new WireRandom(54);
        for (int i = 0; i < 60; i++)
        {
            var key = random.PrivateKey();
            var signed = AuthorizationRecovery.Sign(random.Authorization(), key);
            Assert.Equal(Secp256k1.PrivateKeyToAddress(key), signed.Authority);
            byte[] preimage = [5, .. NaiveRlp.Encode(new object[] { signed.ChainId, signed.Address, signed.Nonce })];
            Assert.Equal(Keccak.Hash(preimage), AuthorizationRecovery.SigningHash(signed));
            Assert.True(AuthorizationRecovery.TryRecover(signed with { Authority = null }, out var authority));
            Assert.Equal(signed.Authority, authority);
            Assert.Null(AuthorizationRecovery.WithAuthority(signed with { YParity = 2 }).Authority);
            var high = signed with { S = Secp256k1.Order - signed.S, YParity = (byte)(1 - signed.YParity) };
            Assert.Null(AuthorizationRecovery.WithAuthority(high).Authority);
            Assert.Null(AuthorizationRecovery.WithAuthority(signed with { R = 0 }).Authority);
        }
    }

    [Fact]
    public void Recovering_all_signers_fills_in_sender_and_authorities()
    {
        var random = new WireRandom(55);
        Authorization good = AuthorizationRecovery.Sign(random.Authorization(), 5), bad = good with { YParity = 7 };
        var transaction = new Transaction
        {
            Type = TransactionType.SetCode, ChainId = 1, To = random.Address(), AuthorizationList = [good, bad],
        };
        var received = Transaction.Decode(transaction.SignedBy(6).Encode());
        Assert.All(received.AuthorizationList, authorization => Assert.Null(authorization.Authority));
        Assert.True(SenderRecovery.TryRecoverSigners(received, out var recovered));
        Assert.Equal(Secp256k1.PrivateKeyToAddress(6), recovered.Sender);
        Assert.Equal(Secp256k1.PrivateKeyToAddress(5), recovered.AuthorizationList[0].Authority);
        Assert.Null(recovered.AuthorizationList[1].Authority);
        Assert.Equal(received.Hash, recovered.Hash);
        Assert.Equal(received.Encode(), recovered.Encode());
    }

    private static void AssertError(DecodeError expected, object[] fields, int type = 0)
    {
        var list = NaiveRlp.Encode(fields);
        Transaction.TryDecode(type == 0 ? list : [(byte)type, .. list], out _, out var error);
        Assert.Equal(expected, error);
    }

    private static object[] AccessListOf(int addressSize, params int[] keySizes) =>
        [new object[] { new byte[addressSize], keySizes.Select(size => (object)new byte[size]).ToArray() }];

    private static IEnumerable<object> Fields(Transaction t)
    {
        object to = t.To is { } address ? address : Array.Empty<byte>(), data = t.Data.ToArray();
        object accessList = t.AccessList.Select(entry => (object)new object[]
        {
            entry.Address, entry.StorageKeys.Select(key => (object)Hash256.FromWord(key)).ToArray(),
        }).ToArray();
        object hashes = t.BlobVersionedHashes.Select(hash => (object)hash).ToArray();
        object authorizations = t.AuthorizationList.Select(a => (object)new object[]
        {
            a.ChainId, a.Address, a.Nonce, (int)a.YParity, a.R, a.S,
        }).ToArray();
        object[] call = [t.GasLimit, to, t.Value, data];
        object[] fees = t.Type <= TransactionType.AccessList ? [t.GasPrice] : [t.MaxPriorityFeePerGas, t.MaxFeePerGas];
        return t.Type switch
        {
            TransactionType.Legacy => [t.Nonce, .. fees, .. call],
            TransactionType.Blob =>
                [t.ChainId!, t.Nonce, .. fees, .. call, accessList, t.MaxFeePerBlobGas, hashes],
            TransactionType.SetCode => [t.ChainId!, t.Nonce, .. fees, .. call, accessList, authorizations],
            _ => [t.ChainId!, t.Nonce, .. fees, .. call, accessList],
        };
    }

    private static object[] SignatureFields(Transaction t)
    {
        var (parity, r, s) = t.Signature;
        object v = t.Type != TransactionType.Legacy ? (int)parity
            : t.ChainId is { } id ? 35 + 2 * (System.Numerics.BigInteger)id + parity
            : 27 + parity;
        return [v, r, s];
    }

    private static void AssertSame(Transaction a, Transaction b)
    {
        Assert.Equal((a.Type, a.ChainId, a.Nonce, a.GasPrice), (b.Type, b.ChainId, b.Nonce, b.GasPrice));
        Assert.Equal((a.MaxPriorityFeePerGas, a.MaxFeePerGas), (b.MaxPriorityFeePerGas, b.MaxFeePerGas));
        Assert.Equal((a.GasLimit, a.To, a.Value, a.Signature), (b.GasLimit, b.To, b.Value, b.Signature));
        Assert.Equal(a.Data.ToArray(), b.Data.ToArray());
        Assert.Equal(a.MaxFeePerBlobGas, b.MaxFeePerBlobGas);
        Assert.Equal(a.BlobVersionedHashes, b.BlobVersionedHashes);
        Assert.Equal(a.AuthorizationList, b.AuthorizationList);
        Assert.Equal(a.AccessList.Select(entry => entry.Address), b.AccessList.Select(entry => entry.Address));
        Assert.Equal(
            a.AccessList.SelectMany(entry => entry.StorageKeys), b.AccessList.SelectMany(entry => entry.StorageKeys));
    }
}
