using System.Text.Json;
using Weft.Chain.Witnesses;
using Weft.Primitives.Blocks;

namespace Weft.Node.Tracing;

/// <summary>The result of debug_executionWitness, with headers in RLP as in the vectors of EIP-8025.</summary>
public static class ExecutionWitnessWriter
{
    public static void Write(Utf8JsonWriter writer, ExecutionWitness witness)
    {
        writer.WriteStartObject();
        WriteList(writer, "state", witness.State);
        WriteList(writer, "codes", witness.Codes);
        WriteList(writer, "keys", witness.Keys);
        writer.WriteStartArray("headers");
        foreach (BlockHeader header in witness.Headers) writer.WriteDataValue(header.Encode());
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, string name, IReadOnlyList<ReadOnlyMemory<byte>> items)
    {
        writer.WriteStartArray(name);
        foreach (ReadOnlyMemory<byte> item in items) writer.WriteDataValue(item.Span);
        writer.WriteEndArray();
    }
}
