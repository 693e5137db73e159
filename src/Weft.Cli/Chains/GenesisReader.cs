using System.Text.Json;
using Weft.Chain;
using Weft.Cli.Input;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Cli.Chains;

/// <summary>Reads a geth-style genesis.json. Strict: what cannot be followed exactly is an error that names the place,
/// for a chain that differs in one field has another genesis hash. The allocations are read one by one, so that the
/// file may be large; the rest is kept as it is written.</summary>
public static class GenesisReader
{
    private const string Allocations = "alloc";

    public static ChainSpec Read(ReadOnlyMemory<byte> utf8, string source, string? name = null) =>
        Read(new MemoryStream(utf8.ToArray()), source, name, out _);

    /// <summary><paramref name="rest"/> is the file without its allocations, for <see cref="ReadWithoutState"/>. A
    /// chain without <paramref name="name"/> is called by its id.</summary>
    public static ChainSpec Read(Stream stream, string source, string? name, out byte[] rest)
    {
        var state = ReadParts(stream, source, out var json, out rest);
        if (!json.Has("config"))
            throw json.Error("\"config\" is missing", "it gives the chain id and the forks, as geth writes it");
        var config = ForkConfig.Read(json["config"]);
        var header = ReadHeader(json);
        var genesis = GenesisBuilder.Create(header, config.ForkAtGenesis(header.Timestamp), state);
        return CreateSpec(config, genesis, name);
    }

    /// <summary>The chain of a file whose allocations were left out, their root being known. The genesis has no state:
    /// it is for a database that was begun with it.</summary>
    public static ChainSpec ReadWithoutState(JsonCursor rest, in Hash256 stateRoot, string name)
    {
        var config = ForkConfig.Read(rest["config"]);
        var given = ReadHeader(rest);
        var header = GenesisBuilder.CreateHeader(given, config.ForkAtGenesis(given.Timestamp), stateRoot);
        return CreateSpec(config, new(header, new StateChanges()), name);
    }

    /// <summary>The genesis of a file without forks, which are known from elsewhere.</summary>
    public static Genesis ReadGenesis(Stream stream, string source, ForkSchedule forks)
    {
        var state = ReadParts(stream, source, out var json, out _);
        var header = ReadHeader(json);
        return GenesisBuilder.Create(header, forks.RulesAt(0, header.Timestamp).Fork, state);
    }

    private static ChainSpec CreateSpec(ForkConfig config, Genesis genesis, string? name) => new(
        name ?? $"chain {config.ChainId}", config.ToSchedule(genesis.Header.Difficulty), genesis,
        config.DepositContract);

    private static StateChanges ReadParts(Stream stream, string source, out JsonCursor json, out byte[] rest)
    {
        StateChanges? state = null;
        using var kept = new MemoryStream();
        using (var writer = new Utf8JsonWriter(kept))
        {
            writer.WriteStartObject();
            new JsonMembers(stream, source).Read(
                Allocations,
                (name, value) =>
                {
                    // Parsed here, so that an error has the place in the file.
                    JsonCursor.Parse(value, source, name);
                    writer.WritePropertyName(name);
                    writer.WriteRawValue(value.Span, skipInputValidation: true);
                },
                (name, value) => AllocationReader.Read(
                    name, JsonCursor.Parse(value, source, $"{Allocations}.{name}"), state ??= new()));
            writer.WriteEndObject();
        }
        rest = kept.ToArray();
        json = JsonCursor.Parse(rest, source);
        return state ?? throw json.Error($"\"{Allocations}\" is missing or empty", "is this a genesis.json?");
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
