using System.Buffers.Binary;
using System.Security.Cryptography;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Primitives;

public sealed class BlockTests
{
    [Theory]
    [InlineData(0, 15)]
    [InlineData(1, 16)]
    [InlineData(2, 17)]
    [InlineData(3, 20)]
    [InlineData(4, 21)]
    public void Headers_of_every_fork_round_trip(int age, int fields)
    {
        var random = new WireRandom(70 + age);
        for (int i = 0; i < 300; i++)
        {
            var original = random.Header(age);
            var bytes = original.Encode();
            var expected = Fields(original);
            Assert.Equal(fields, expected.Length);
            Assert.Equal(NaiveRlp.Encode(expected), bytes);
            var decoded = BlockHeader.Decode(bytes);
            Assert.Equal(Fields(original).Select(NaiveRlp.Encode), Fields(decoded).Select(NaiveRlp.Encode));
            Assert.Equal(Keccak.Hash(bytes), decoded.Hash);
            Assert.Equal(original, decoded);
            Assert.Equal(original.GetHashCode(), decoded.GetHashCode());
        }
    }

    [Fact]
    public void Headers_with_field_counts_of_no_fork_are_refused()
    {
        var fields = Fields(new WireRandom(75).Header(4));
        foreach (int count in Enumerable.Range(0, fields.Length + 1))
        {
            var bytes = NaiveRlp.Encode(fields[..count]);
            if (count is 15 or 16 or 17 or 20 or 21) Assert.Equal(bytes, BlockHeader.Decode(bytes).Encode());
            else AssertError(DecodeError.WrongFieldCount, () => BlockHeader.Decode(bytes));
        }
        AssertError(
            DecodeError.WrongFieldCount, () => BlockHeader.Decode(NaiveRlp.Encode(fields.Append(1).ToArray())));
    }

    [Fact]
    public void A_changed_header_has_another_hash_although_the_first_was_kept()
    {
        var header = new WireRandom(76).Header(4);
        var before = header.Hash;
        var changed = header with { GasUsed = header.GasUsed ^ 1 };
        Assert.NotEqual(before, changed.Hash);
        Assert.NotEqual(header, changed);
        Assert.Equal(Keccak.Hash(changed.Encode()), changed.Hash);
        Assert.Equal(before, header.Hash);
        Assert.Equal(before, (changed with { GasUsed = header.GasUsed }).Hash);
    }

    [Fact]
    public void The_genesis_header_of_mainnet_has_its_known_hash()
    {
        var genesis = new BlockHeader
        {
            StateRoot = Hash256.Parse("0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544"),
            Difficulty = 17_179_869_184,
            GasLimit = 5000,
            ExtraData = Convert.FromHexString("11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa"),
            Nonce = 0x42,
        };
        Assert.Equal("0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3", genesis.Hash.ToString());
    }

    [Fact]
    public void Blocks_round_trip()
    {
        var random = new WireRandom(77);
        for (int i = 0; i < 300; i++)
        {
            var original = random.Block();
            var bytes = original.Encode();
            var decoded = Block.Decode(bytes);
            Assert.Equal(original.Header, decoded.Header);
            Assert.Equal(original.Ommers, decoded.Ommers);
            Assert.Equal(original.Withdrawals, decoded.Withdrawals);
            Assert.Equal(original.Transactions.Select(t => t.Hash), decoded.Transactions.Select(t => t.Hash));
            Assert.Equal(bytes, decoded.Encode());
        }
    }

    [Fact]
    public void A_block_is_the_list_of_its_parts()
    {
        var random = new WireRandom(78);
        for (int i = 0; i < 100; i++)
        {
            var block = random.Block();
            byte[] header = block.Header.Encode();
            byte[] transactions = List(block.Transactions.Select(
                t => t.Type == TransactionType.Legacy ? t.Encode() : NaiveRlp.Encode(t.Encode())));
            byte[] ommers = List(block.Ommers.Select(ommer => ommer.Encode()));
            byte[] withdrawals = block.Withdrawals is null ? [] : List(block.Withdrawals.Select(
                w => NaiveRlp.Encode(new object[] { w.Index, w.ValidatorIndex, w.Address, w.AmountGwei })));
            Assert.Equal(List([header, transactions, ommers, withdrawals]), block.Encode());
            Assert.Equal(Keccak.Hash(ommers), Block.ComputeOmmersHash(block.Ommers));
        }
    }

    [Fact]
    public void Withdrawals_come_with_their_root_or_not_at_all()
    {
        var random = new WireRandom(79);
        foreach (var block in new Block[] { new(random.Header(1), [], [], []), new(random.Header(2), [], [], null) })
            AssertError(DecodeError.WithdrawalsDoNotMatchHeader, () => Block.Decode(block.Encode()));
    }

    [Fact]
    public void Receipts_round_trip()
    {
        var random = new WireRandom(80);
        for (int i = 0; i < 500; i++)
        {
            var original = random.Receipt();
            var bytes = original.Encode();
            object outcome = original.PostStateRoot is { } root ? root : original.Succeeded ? 1 : 0;
            byte[] list = NaiveRlp.Encode(new[]
            {
                outcome, original.CumulativeGasUsed, original.Bloom.Bytes.ToArray(),
                original.Logs.Select(Fields).ToArray(),
            });
            Assert.Equal(original.Type == TransactionType.Legacy ? list : [(byte)original.Type, .. list], bytes);
            var decoded = Receipt.Decode(bytes);
            Assert.Equal(bytes, decoded.Encode());
            Assert.Equal((original.Type, original.PostStateRoot), (decoded.Type, decoded.PostStateRoot));
            Assert.Equal(
                (original.Succeeded, original.CumulativeGasUsed), (decoded.Succeeded, decoded.CumulativeGasUsed));
            Assert.Equal(original.Bloom, decoded.Bloom);
            using var writer = new RlpWriter();
            ReceiptCodec.WriteItem(original, writer);
            var reader = new RlpReader(writer.Written);
            Assert.Equal(bytes, ReceiptCodec.ReadItem(ref reader).Encode());
            Assert.True(reader.Finish());
        }
    }

    [Theory]
    [InlineData(0, DecodeError.None)]
    [InlineData(1, DecodeError.None)]
    [InlineData(2, DecodeError.InvalidReceiptStatus)]
    public void Receipts_have_status_0_or_1(int status, DecodeError expected)
    {
        var bytes = NaiveRlp.Encode(new object[] { status, 21000, new byte[256], Array.Empty<object>() });
        if (expected == DecodeError.None) Assert.Equal(bytes, Receipt.Decode(bytes).Encode());
        else AssertError(expected, () => Receipt.Decode(bytes));
    }

    [Fact]
    public void Receipts_with_five_topics_are_refused()
    {
        object[] log = [new byte[20], Enumerable.Repeat((object)new byte[32], 5).ToArray(), Array.Empty<byte>()];
        var bytes = NaiveRlp.Encode(new object[] { 1, 21000, new byte[256], new object[] { log } });
        AssertError(DecodeError.TooManyTopics, () => Receipt.Decode(bytes));
    }

    [Fact]
    public void Blooms_have_three_bits_for_each_address_and_topic()
    {
        var random = new WireRandom(81);
        var block = new BloomBuilder();
        var expectedOfBlock = new byte[256];
        for (int i = 0; i < 200; i++)
        {
            var logs = random.Many(5, random.Log);
            var expected = new byte[256];
            foreach (var item in logs.SelectMany(
                log => log.Topics.Select(topic => topic.Bytes.ToArray()).Append(log.Address.Bytes.ToArray())))
            {
                var digest = Keccak.Hash(item).Bytes.ToArray();
                for (int pair = 0; pair < 6; pair += 2)
                {
                    int bit = BinaryPrimitives.ReadUInt16BigEndian(digest.AsSpan(pair)) % 2048;
                    expected[255 - bit / 8] |= (byte)(1 << bit % 8);
                }
                Assert.True(Bloom.Of(logs).MayContain(item));
            }
            var bloom = Bloom.Of(logs);
            Assert.Equal(expected, bloom.Bytes.ToArray());
            for (int b = 0; b < 256; b++) expectedOfBlock[b] |= expected[b];
            block.Add(bloom);
            Assert.Equal(expectedOfBlock, block.ToBloom().Bytes.ToArray());
            var single = new BloomBuilder();
            foreach (var log in logs) single.Add(log);
            Assert.Equal(bloom, single.ToBloom());
        }
        block.Clear();
        Assert.Same(Bloom.Empty, block.ToBloom());
        Assert.False(Bloom.Empty.MayContain(new byte[20]));
    }

    [Fact]
    public void Requests_hash_skips_what_has_no_data()
    {
        byte[] deposits = [0, 1, 2, 3], none = [1], consolidations = [2, 9];
        byte[] expected = SHA256.HashData([.. SHA256.HashData(deposits), .. SHA256.HashData(consolidations)]);
        Assert.Equal(new Hash256(expected), Requests.ComputeHash([deposits, none, consolidations]));
        Assert.Equal(
            "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            Requests.ComputeHash([none, Array.Empty<byte>()]).ToString());
    }

    private static void AssertError(DecodeError expected, Func<object> decode) =>
        Assert.Equal(expected, Assert.Throws<RlpException>(decode).Error);

    private static byte[] List(IEnumerable<byte[]> items)
    {
        byte[] payload = items.SelectMany(item => item).ToArray();
        byte[] asString = payload.Length == 1 ? [0x81, 0] : NaiveRlp.Encode(payload);
        int header = Math.Max(1, asString.Length - payload.Length);
        return [(byte)(asString[0] + 0x40), .. asString[1..header], .. payload];
    }

    private static object Fields(LogEntry log) =>
        new object[] { log.Address, log.Topics.Select(topic => (object)topic).ToArray(), log.Data.ToArray() };

    private static object[] Fields(BlockHeader h)
    {
        var nonce = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(nonce, h.Nonce);
        object?[] fields =
        [
            h.ParentHash, h.OmmersHash, h.Beneficiary, h.StateRoot, h.TransactionsRoot, h.ReceiptsRoot,
            h.LogsBloom.Bytes.ToArray(), h.Difficulty, h.Number, h.GasLimit, h.GasUsed, h.Timestamp,
            h.ExtraData.ToArray(), h.MixHash, nonce, h.BaseFeePerGas, h.WithdrawalsRoot, h.BlobGasUsed,
            h.ExcessBlobGas, h.ParentBeaconBlockRoot, h.RequestsHash,
        ];
        return fields.OfType<object>().ToArray();
    }
}
