using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using Weft.Chain;
using Weft.Cli.Chains;
using Weft.Cli.Input;
using Weft.Evm;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Cli.Chains;

public sealed class GenesisReaderTests
{
    internal const string Json = """
        {
          "config": {
            "chainId": 99, "homesteadBlock": 0, "eip150Block": 0, "eip155Block": 0, "eip158Block": 0,
            "byzantiumBlock": 0, "constantinopleBlock": 0, "petersburgBlock": 0, "istanbulBlock": 0, "berlinBlock": 0,
            "londonBlock": 0, "terminalTotalDifficulty": 0, "shanghaiTime": 0, "cancunTime": 5, "pragueTime": 9,
            "depositContractAddress": "0x00000000000000000000000000000000000000dd",
            "blobSchedule": {
              "cancun": {"target": 1, "max": 2, "baseFeeUpdateFraction": 3},
              "prague": {"target": 4, "max": 8, "baseFeeUpdateFraction": 9}
            }
          },
          "nonce": "0x42", "timestamp": "7", "gasLimit": 30000000, "difficulty": "0x0", "extraData": "0xabcd",
          "alloc": {
            "00000000000000000000000000000000000000a1": {"balance": "12345678901234567890123", "nonce": "0x2"},
            "0x00000000000000000000000000000000000000A2": {
              "balance": "0x0", "code": "0x6001", "storage": {"0x01": "0x02", "03": "00"}
            }
          }
        }
        """;

    [Fact]
    public void Forks_blobs_and_deposit_contract_are_read()
    {
        var spec = Read(Json);

        Assert.Equal("test", spec.Name);
        Assert.Equal(99ul, spec.Forks.ChainId);
        Assert.Equal(Fork.Shanghai, spec.Forks.RulesAt(1, 4).Fork);
        Assert.Equal(new BlobSchedule(1, 2, 3), spec.Forks.RulesAt(1, 5).Blobs);
        Assert.Equal(new BlobSchedule(4, 8, 9), spec.Forks.RulesAt(1, 9).Blobs);
        Assert.Equal(Address.Parse("0x00000000000000000000000000000000000000dd"), spec.DepositContract);
        Assert.Null(spec.Forks.DaoForkNumber);
    }

    [Fact]
    public void Header_has_the_fields_of_the_fork_at_its_timestamp()
    {
        var header = Read(Json).Genesis.Header;

        Assert.Equal((0x42ul, 7ul, 30_000_000ul), (header.Nonce, header.Timestamp, header.GasLimit));
        Assert.Equal((UInt256)1_000_000_000, header.BaseFeePerGas);
        Assert.Equal(Hash256.OfEmptyTrie, header.WithdrawalsRoot);
        Assert.Equal(0ul, header.ExcessBlobGas);
        Assert.Equal(Hash256.Zero, header.ParentBeaconBlockRoot);
        Assert.Null(header.RequestsHash);
        Assert.NotNull(Read(With("timestamp", 9)).Genesis.Header.RequestsHash);
    }

    [Fact]
    public void Accounts_are_read_in_decimal_and_hexadecimal_and_zero_slots_are_dropped()
    {
        var state = Read(Json).Genesis.State;
        var first = state.Accounts[Address.Parse("0x00000000000000000000000000000000000000a1")]!.Value;
        var second = Address.Parse("0x00000000000000000000000000000000000000a2");

        Assert.Equal((2ul, (UInt256)BigInteger.Parse("12345678901234567890123")), (first.Nonce, first.Balance));
        Assert.Equal([0x60, 0x01], state.Code[state.Accounts[second]!.Value.CodeHash].ToArray());
        Assert.Equal((UInt256)2, Assert.Single(state.Storage[second]).Value);
    }

    [Theory]
    [InlineData("config", null, "\"config\" is missing")]
    [InlineData("alloc", null, "\"alloc\" is missing")]
    [InlineData("gasLimit", "\"x\"", "gasLimit: not a whole number")]
    [InlineData("gasLimit", "1.5", "gasLimit: not a whole number")]
    [InlineData("gasLimit", "\"0x10000000000000000\"", "gasLimit: more than 64 bits")]
    [InlineData("difficulty", null, "\"difficulty\" is missing")]
    [InlineData("number", "1", "number: the genesis is block 0")]
    [InlineData("coinbase", "\"0x01\"", "coinbase: an address has 20 bytes")]
    [InlineData("config.chainId", null, "config: \"chainId\" is missing")]
    [InlineData("config.berlinBlock", null, "config.londonBlock: \"berlinBlock\" is missing")]
    [InlineData("config.berlinBlock", "3", "config.londonBlock: begins at 0, before berlinBlock")]
    [InlineData("config.cancunTime", null, "config.pragueTime: \"cancunTime\" is missing")]
    [InlineData("config.terminalTotalDifficulty", null, "\"terminalTotalDifficulty\" is missing")]
    [InlineData("config.eip155Block", "1", "differs from eip158Block")]
    [InlineData("config.verkleTime", "1", "config.verkleTime: this fork is not known")]
    [InlineData("config.bpo3Time", "12", "config.bpo3Time: \"osakaTime\" is missing")]
    [InlineData("config.osakaTime", "12", "config.blobSchedule: \"osaka\" is missing")]
    [InlineData("config.clique", "{}", "config.clique: proof of authority")]
    [InlineData("config.blobSchedule.prague", null, "config.blobSchedule: \"prague\" is missing")]
    [InlineData("config.blobSchedule.prague.max", "0", "not 1 to")]
    [InlineData("config.blobSchedule.prague.max", "4294967297", "not 1 to")]
    [InlineData("config.blobSchedule.prague.target", "9", "is below the target")]
    [InlineData("config.blobSchedule.prague.baseFeeUpdateFraction", "0", "must not be zero")]
    [InlineData("alloc.xyz", "{\"balance\": 1}", "its name is no address")]
    [InlineData("alloc.0x00000000000000000000000000000000000000a1", "{\"balance\": 1}", "there twice")]
    [InlineData("alloc.00000000000000000000000000000000000000a1.balance", null, "\"balance\" is missing")]
    [InlineData("alloc.00000000000000000000000000000000000000a1.balance", "-1", "not a whole number")]
    [InlineData("alloc.00000000000000000000000000000000000000a1.storage", "{\"q\":\"0x1\"}", "is no slot")]
    [InlineData("alloc.00000000000000000000000000000000000000a1.storage", "{\"1\":\"0x1\",\"0x01\":\"0x1\"}", "twice")]
    public void What_cannot_be_followed_is_refused_with_its_place(string path, string? value, string message)
    {
        string json = With(path, value is null ? null : JsonNode.Parse(value));
        var e = Assert.Throws<InputException>(() => Read(json));

        Assert.StartsWith("g.json", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        var random = new Random(5);
        int refused = 0;
        for (int round = 0; round < 3000; round++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(Json);
            for (int i = random.Next(3); i >= 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                int length = random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length;
                GenesisReader.Read(bytes.AsMemory(0, length), "f", "f");
            }
            catch (InputException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 2999);
    }

    private static ChainSpec Read(string json) => GenesisReader.Read(Encoding.UTF8.GetBytes(json), "g.json", "test");

    /// <summary>The file with one member set, or removed for null.</summary>
    private static string With(string path, JsonNode? value)
    {
        var root = JsonNode.Parse(Json)!;
        string[] names = path.Split('.');
        var node = names[..^1].Aggregate(root, (parent, name) => parent[name]!);
        if (value is null) node.AsObject().Remove(names[^1]);
        else node[names[^1]] = value;
        return root.ToJsonString();
    }
}
