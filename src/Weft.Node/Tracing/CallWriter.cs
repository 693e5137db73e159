using System.Text.Json;
using Weft.Execution.Tracing;
using Weft.Primitives;

namespace Weft.Node.Tracing;

/// <summary>The result of callTracer.</summary>
internal static class CallWriter
{
    public static void Write(Utf8JsonWriter writer, CallFrame frame)
    {
        writer.WriteStartObject();
        writer.WriteAddress("from", frame.From);
        writer.WriteQuantity("gas", frame.Gas);
        writer.WriteQuantity("gasUsed", frame.GasUsed);
        if (frame.To is { } to) writer.WriteAddress("to", to);
        writer.WriteData("input", frame.Input.Span);
        if (!frame.Output.IsEmpty) writer.WriteData("output", frame.Output.Span);
        if (frame.Error is not null) writer.WriteString("error", frame.Error);
        if (frame.RevertReason is { Length: > 0 } reason) writer.WriteString("revertReason", reason);
        WriteCalls(writer, frame.Calls);
        WriteLogs(writer, frame.Logs);
        if (frame.Value is { } value) writer.WriteQuantity("value", value);
        writer.WriteString("type", NameOf(frame.Type));
        writer.WriteEndObject();
    }

    public static string NameOf(CallType type) => type switch
    {
        CallType.Call => "CALL",
        CallType.CallCode => "CALLCODE",
        CallType.DelegateCall => "DELEGATECALL",
        CallType.StaticCall => "STATICCALL",
        CallType.Create => "CREATE",
        CallType.Create2 => "CREATE2",
        _ => "SELFDESTRUCT",
    };

    private static void WriteCalls(Utf8JsonWriter writer, List<CallFrame> calls)
    {
        if (calls.Count == 0) return;
        writer.WriteStartArray("calls");
        foreach (CallFrame call in calls) Write(writer, call);
        writer.WriteEndArray();
    }

    private static void WriteLogs(Utf8JsonWriter writer, List<CallLog> logs)
    {
        if (logs.Count == 0) return;
        writer.WriteStartArray("logs");
        foreach (var (log, index, position) in logs)
        {
            writer.WriteStartObject();
            writer.WriteAddress("address", log.Address);
            writer.WriteStartArray("topics");
            foreach (Hash256 topic in log.Topics) writer.WriteDataValue(topic.Bytes);
            writer.WriteEndArray();
            writer.WriteData("data", log.Data.Span);
            writer.WriteQuantity("index", index);
            writer.WriteQuantity("position", position);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
