using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Crypto;
using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Conformance.Primitives;

/// <summary>
/// BasicTests of ethereum/tests, as far as they are about the wire. Left out: crypto.json (AES and ECIES of the network
/// layer), KeyStoreTests, blockgenesistest.json (headers of a draft without receipts and bloom), and the signatures in
/// keyaddrtest.json, which are of no known digest of the empty string.
/// </summary>
public sealed class BasicVectorTests
{
    private const string Archive = "ethereum-tests/BasicTests.zip";

    [Fact]
    public void Paths_pack_as_the_vectors_say()
    {
        using var archive = Fixtures.OpenZip(Archive);
        if (archive is null) return;
        using var json = Json.Parse(archive, "BasicTests/hexencodetest.json");
        int count = 0;
        foreach (var test in json.RootElement.EnumerateObject())
        {
            byte[] nibbles = test.Value.Items("seq", nibble => nibble.GetByte());
            var packed = new byte[nibbles.Length / 2 + 1];
            int length = HexPrefix.Encode(nibbles, test.Value.GetProperty("term").GetBoolean(), packed);
            Assert.Equal(packed.Length, length);
            Assert.Equal(test.Value.Text("out"), Convert.ToHexStringLower(packed));
            count++;
        }
        Assert.Equal(12, count);
    }

    [Fact]
    public void Keys_control_the_addresses_that_the_vectors_say()
    {
        using var archive = Fixtures.OpenZip(Archive);
        if (archive is null) return;
        using var json = Json.Parse(archive, "BasicTests/keyaddrtest.json");
        foreach (var test in json.RootElement.EnumerateArray())
        {
            Assert.Equal(test.Hash("key"), Keccak.Hash(System.Text.Encoding.ASCII.GetBytes(test.Text("seed"))));
            Assert.Equal(
                test.Address("addr"), Secp256k1.PrivateKeyToAddress(UInt256.FromBigEndian(test.Bytes("key"))));
        }
        Assert.Equal(2, json.RootElement.GetArrayLength());
    }

    [Fact]
    public void Signed_transactions_encode_as_the_vectors_say()
    {
        using var archive = Fixtures.OpenZip(Archive);
        if (archive is null) return;
        using var json = Json.Parse(archive, "BasicTests/txtest.json");
        foreach (var test in json.RootElement.EnumerateArray())
        {
            byte[] signed = test.Bytes("signed");
            var decoded = Transaction.Decode(signed);
            var rebuilt = new Transaction
            {
                Type = TransactionType.Legacy,
                Nonce = test.Word("nonce"),
                GasPrice = test.Value("gasprice"),
                GasLimit = test.Word("startgas"),
                To = test.Text("to").Length == 0 ? null : test.Address("to"),
                Value = test.Value("value"),
                Data = test.Bytes("data"),
                Signature = decoded.Signature,
            };
            Assert.Equal(signed, rebuilt.Encode());
            var key = UInt256.FromBigEndian(test.Bytes("key"));
            Assert.True(SenderRecovery.TryRecover(decoded, out var sender));
            Assert.Equal(Secp256k1.PrivateKeyToAddress(key), sender);
        }
        Assert.Equal(2, json.RootElement.GetArrayLength());
    }

    [Fact]
    public void The_genesis_block_has_its_hash()
    {
        using var archive = Fixtures.OpenZip(Archive);
        if (archive is null) return;
        using var json = Json.Parse(archive, "BasicTests/genesishashestest.json");
        byte[] bytes = json.RootElement.Bytes("genesis_rlp_hex");
        var block = Block.Decode(bytes);
        Assert.Equal(bytes, block.Encode());
        Assert.Equal(json.RootElement.Hash("genesis_state_root"), block.Header.StateRoot);
        Assert.Equal(json.RootElement.Hash("genesis_hash"), block.Header.Hash);
    }

    [Fact]
    public void Genesis_blocks_of_old_clients_decode()
    {
        using var archive = Fixtures.OpenZip(Archive);
        if (archive is null) return;
        using var json = Json.Parse(archive, "GenesisTests/basic_genesis_tests.json");
        int count = 0;
        foreach (var test in json.RootElement.EnumerateObject())
        {
            byte[] bytes = test.Value.Bytes("result");
            var block = Block.Decode(bytes);
            Assert.Equal(bytes, block.Encode());
            Assert.Equal(test.Value.Word("gasLimit"), block.Header.GasLimit);
            Assert.Equal(test.Value.Value("difficulty"), block.Header.Difficulty);
            count++;
        }
        Assert.True(count > 0);
    }

    [Fact]
    public void Headers_of_the_proof_of_work_vectors_decode()
    {
        using var archive = Fixtures.OpenZip(Archive);
        if (archive is null) return;
        using var json = Json.Parse(archive, "PoWTests/ethash_tests.json");
        int count = 0;
        foreach (var test in json.RootElement.EnumerateObject())
        {
            byte[] bytes = test.Value.Bytes("header");
            var header = BlockHeader.Decode(bytes);
            Assert.Equal(bytes, header.Encode());
            Assert.Equal(test.Value.Hash("mixHash"), header.MixHash);
            Assert.Equal(Convert.ToUInt64(test.Value.Text("nonce"), 16), header.Nonce);
            count++;
        }
        Assert.Equal(2, count);
    }
}
