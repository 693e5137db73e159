using System.Text.Json;
using Weft.Execution.Tracing;
using Weft.Primitives;

namespace Weft.Node.Tracing;

/// <summary>The result of flatCallTracer.</summary>
internal static class FlatCallWriter
{
    private const string Reverted = "execution reverted";

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<FlatCall> calls, in TraceContext context)
    {
        writer.WriteStartArray();
        foreach (FlatCall call in calls) Write(writer, call, context);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, FlatCall call, in TraceContext context)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("action");
        WriteAction(writer, call.Frame);
        writer.WriteEndObject();
        WriteHash(writer, "blockHash", context.BlockHash);
        writer.WriteNumber("blockNumber", context.BlockNumber);
        if (call.Error is not null) writer.WriteString("error", call.Error);
        // What was returned is of interest with success and with REVERT.
        if (call.Frame.Type != CallType.SelfDestruct && call.Frame.Error is null or Reverted)
            WriteResult(writer, call.Frame);
        writer.WriteNumber("subtraces", call.Subtraces);
        writer.WriteStartArray("traceAddress");
        foreach (int element in call.TraceAddress) writer.WriteNumberValue(element);
        writer.WriteEndArray();
        WriteHash(writer, "transactionHash", context.TransactionHash);
        writer.WriteNumber("transactionPosition", context.TransactionIndex);
        writer.WriteString("type", TypeOf(call.Frame.Type));
        writer.WriteEndObject();
    }

    private static string TypeOf(CallType type) => type switch
    {
        CallType.Create or CallType.Create2 => "create",
        CallType.SelfDestruct => "suicide",
        _ => "call",
    };

    private static void WriteAction(Utf8JsonWriter writer, CallFrame frame)
    {
        if (frame.Type == CallType.SelfDestruct)
        {
            writer.WriteAddress("address", frame.From);
            writer.WriteQuantity("balance", frame.Value.GetValueOrDefault());
            writer.WriteAddress("refundAddress", frame.To.GetValueOrDefault());
            return;
        }
        bool isCreation = frame.Type is CallType.Create or CallType.Create2;
        string type = CallWriter.NameOf(frame.Type).ToLowerInvariant();
        writer.WriteString(isCreation ? "creationMethod" : "callType", type);
        writer.WriteAddress("from", frame.From);
        writer.WriteQuantity("gas", frame.Gas);
        writer.WriteData(isCreation ? "init" : "input", frame.Input.Span);
        if (!isCreation) writer.WriteAddress("to", frame.To.GetValueOrDefault());
        writer.WriteQuantity("value", frame.Value.GetValueOrDefault());
    }

    private static void WriteResult(Utf8JsonWriter writer, CallFrame frame)
    {
        writer.WriteStartObject("result");
        bool isCreation = frame.Type is CallType.Create or CallType.Create2;
        if (isCreation && frame.To is { } created) writer.WriteAddress("address", created);
        if (isCreation) writer.WriteData("code", frame.Output.Span);
        writer.WriteQuantity("gasUsed", frame.GasUsed);
        if (!isCreation) writer.WriteData("output", frame.Output.Span);
        writer.WriteEndObject();
    }

    private static void WriteHash(Utf8JsonWriter writer, string name, in Hash256? hash)
    {
        if (hash is { } known) writer.WriteData(name, known.Bytes);
        else writer.WriteNull(name);
    }
}
