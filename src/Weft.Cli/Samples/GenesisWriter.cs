using System.Globalization;
using System.Text.Json;
using Weft.Chain;
using Weft.Primitives;

namespace Weft.Cli.Samples;

/// <summary>Writes the genesis.json of a generated chain, in geth's form.</summary>
internal static class GenesisWriter
{
    private static readonly string[] NumberForks =
    [
        "homesteadBlock", "eip150Block", "eip155Block", "eip158Block", "byzantiumBlock", "constantinopleBlock",
        "petersburgBlock", "istanbulBlock", "muirGlacierBlock", "berlinBlock", "londonBlock", "arrowGlacierBlock",
        "grayGlacierBlock", "mergeNetsplitBlock",
    ];

    /// <summary>A chain that follows Cancun from its genesis on.</summary>
    public static void Write(ChainSpec spec, Stream output)
    {
        using var json = new Utf8JsonWriter(output, new() { Indented = true });
        var (header, state) = spec.Genesis;
        json.WriteStartObject();
        WriteConfig(json, spec.Forks.ChainId);
        json.WriteString("nonce", Quantity(header.Nonce));
        json.WriteString("timestamp", Quantity(header.Timestamp));
        json.WriteString("extraData", Hex.Encode(header.ExtraData.Span));
        json.WriteString("gasLimit", Quantity(header.GasLimit));
        json.WriteString("difficulty", header.Difficulty.ToHex());
        json.WriteString("mixHash", header.MixHash.ToString());
        json.WriteString("coinbase", header.Beneficiary.ToString());
        json.WriteString("baseFeePerGas", header.BaseFeePerGas!.Value.ToHex());
        json.WriteString("blobGasUsed", Quantity(header.BlobGasUsed!.Value));
        json.WriteString("excessBlobGas", Quantity(header.ExcessBlobGas!.Value));
        json.WriteStartObject("alloc");
        foreach (var (address, account) in state.Accounts)
        {
            json.WriteStartObject(address.ToString());
            json.WriteString("balance", account!.Value.Balance.ToHex());
            json.WriteString("nonce", Quantity(account.Value.Nonce));
            if (state.Code.TryGetValue(account.Value.CodeHash, out var code))
                json.WriteString("code", Hex.Encode(code.Span));
            if (state.Storage.TryGetValue(address, out var slots)) WriteSlots(json, slots);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteConfig(Utf8JsonWriter json, ulong chainId)
    {
        json.WriteStartObject("config");
        json.WriteNumber("chainId", chainId);
        foreach (string fork in NumberForks) json.WriteNumber(fork, 0);
        json.WriteNumber("terminalTotalDifficulty", 0);
        json.WriteNumber("shanghaiTime", 0);
        json.WriteNumber("cancunTime", 0);
        json.WriteStartObject("blobSchedule");
        json.WriteStartObject("cancun");
        json.WriteNumber("target", 3);
        json.WriteNumber("max", 6);
        json.WriteNumber("baseFeeUpdateFraction", 3_338_477);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSlots(Utf8JsonWriter json, Dictionary<UInt256, UInt256> slots)
    {
        json.WriteStartObject("storage");
        foreach (var (key, value) in slots)
            json.WriteString(Hash256.FromWord(key).ToString(), Hash256.FromWord(value).ToString());
        json.WriteEndObject();
    }

    private static string Quantity(ulong value) => $"0x{value.ToString("x", CultureInfo.InvariantCulture)}";
}
