using System.Text.Json;
using Weft.Chain.Live;
using Weft.Evm.Analysis;
using Weft.Execution.Access;
using Weft.Execution.Explanations;
using Weft.Node.Eth;
using Weft.Node.Rpc;
using Weft.Primitives.Blocks;

namespace Weft.Node.Parallelism;

/// <summary>Into which lanes new blocks fall: each is executed once more, serially, to see what it accesses. One
/// thread.</summary>
internal sealed class LaneFinder(ChainReader reader)
{
    private const int LanesShown = 16, LocationsShown = 8, TransactionsShown = 64;

    private readonly CodeCache _codes = new();

    /// <summary>Null where the state before the block is gone, for the chain has moved on.</summary>
    public LaneSummary? Find(Block block)
    {
        try
        {
            return reader.WithState(block, ruled =>
            {
                using var recorder = new FootprintRecorder(ruled.Rules, ruled.ChainId, _codes, ruled.DepositContract);
                return LaneSummary.Of(recorder.Record(ruled.Input).Footprints, LocationsShown);
            });
        }
        catch (JsonRpcException)
        {
            return null;
        }
    }

    /// <summary>The notification: block and lanes, these with the most gas first.</summary>
    public static void Write(Utf8JsonWriter writer, Block block, LaneSummary lanes)
    {
        writer.WriteStartObject();
        writer.WriteQuantity("number"u8, block.Header.Number);
        writer.WriteHash("hash"u8, block.Header.Hash);
        writer.WriteNumber("transactions"u8, block.Transactions.Count);
        writer.WriteNumber("gas"u8, lanes.Gas);
        writer.WriteNumber("laneCount"u8, lanes.Lanes.Count);
        writer.WriteStartArray("lanes"u8);
        foreach (Lane lane in lanes.Lanes.Take(LanesShown)) Write(writer, lane);
        writer.WriteEndArray();
        writer.WriteNumber("parallelism"u8, Math.Round(lanes.Parallelism, 3));
        writer.WriteNumber("chainGas"u8, lanes.ChainGas);
        WriteIndexes(writer, "chain"u8, lanes.Chain);
        writer.WriteStartArray("hottest"u8);
        foreach (HotLocation hot in lanes.Hottest)
        {
            writer.WriteStartObject();
            writer.WriteAddress("address"u8, hot.Location.Address);
            writer.WriteString("field"u8, ExplanationJson.NameOf(hot.Location.Field));
            if (hot.Location.Field == State.MultiVersion.Observed.Storage)
            {
                writer.WritePropertyName("slot"u8);
                writer.WriteWordValue(hot.Location.Slot);
            }
            writer.WriteNumber("dependents"u8, hot.Dependencies);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Lane lane)
    {
        writer.WriteStartObject();
        writer.WriteNumber("gas"u8, lane.Gas);
        writer.WriteNumber("size"u8, lane.Transactions.Count);
        WriteIndexes(writer, "transactions"u8, lane.Transactions);
        writer.WriteEndObject();
    }

    private static void WriteIndexes(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<int> indexes)
    {
        writer.WriteStartArray(name);
        foreach (int index in indexes.Take(TransactionsShown)) writer.WriteNumberValue(index);
        writer.WriteEndArray();
    }
}
