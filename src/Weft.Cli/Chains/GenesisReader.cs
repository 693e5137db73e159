using Weft.Chain;
using Weft.Cli.Input;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Cli.Chains;

/// <summary>Reads a geth-style genesis.json. Strict: what cannot be followed exactly is an error that names the place,
/// for a chain that differs in one field has another genesis hash.</summary>
public static class GenesisReader
{
    public static ChainSpec Read(ReadOnlyMemory<byte> utf8, string source, string name) =>
        Read(JsonCursor.Parse(utf8, source), name);

    public static ChainSpec Read(JsonCursor json, string name)
    {
        if (!json.Has("config"))
            throw json.Error("\"config\" is missing", "it gives the chain id and the forks, as geth writes it");
        if (!json.Has("alloc")) throw json.Error("\"alloc\" is missing", "is this a genesis.json?");
        var config = ForkConfig.Read(json["config"]);
        var header = ReadHeader(json);
        var schedule = config.ToSchedule(header.Difficulty);
        var genesis = GenesisBuilder.Create(
            header, config.ForkAtGenesis(header.Timestamp), AllocationReader.Read(json["alloc"]));
        return new(name, schedule, genesis, config.DepositContract);
    }

    /// <summary>The genesis of a file without forks, which are known from elsewhere.</summary>
    public static Genesis ReadGenesis(JsonCursor json, ForkSchedule forks)
    {
        var header = ReadHeader(json);
        var fork = forks.RulesAt(0, header.Timestamp).Fork;
        return GenesisBuilder.Create(header, fork, AllocationReader.Read(json["alloc"]));
    }

    private static BlockHeader ReadHeader(JsonCursor json)
    {
        if (json.TryGet("number", out var number) && number.Quantity64() != 0)
            throw number.Error("the genesis is block 0");
        return new BlockHeader
        {
            ParentHash = json.TryGet("parentHash", out var parent) ? parent.Hash() : default,
            Beneficiary = json.TryGet("coinbase", out var coinbase) ? coinbase.Address() : default,
            Difficulty = json["difficulty"].Quantity(),
            GasLimit = json["gasLimit"].Quantity64(),
            GasUsed = Number("gasUsed") ?? 0,
            Timestamp = Number("timestamp") ?? 0,
            ExtraData = json.TryGet("extraData", out var extra) ? extra.Bytes() : default,
            MixHash = json.TryGet("mixHash", out var mix) ? mix.Hash() : default,
            Nonce = Number("nonce") ?? 0,
            BaseFeePerGas = json.TryGet("baseFeePerGas", out var baseFee) ? baseFee.Quantity() : null,
            BlobGasUsed = Number("blobGasUsed"),
            ExcessBlobGas = Number("excessBlobGas"),
        };

        ulong? Number(string member) => json.TryGet(member, out var value) ? value.Quantity64() : null;
    }
}
