using System.Text.Json;
using Weft.Execution.Tracing;
using Weft.Primitives;

namespace Weft.Node.Tracing;

/// <summary>Where a traced transaction is, as far as that is known: a call has no transaction.</summary>
public readonly record struct TraceContext(
    Hash256? BlockHash = null, ulong BlockNumber = 0, Hash256? TransactionHash = null, int TransactionIndex = 0);

/// <summary>Writes what tracers have kept as geth does.</summary>
public static class TraceWriter
{
    /// <summary>A call tree has two levels of JSON for each of its 1,025.</summary>
    private const int DepthMax = 4096;

    /// <summary>The result as one JSON value, to be written raw: it may be nested deeper than a writer with default
    /// options allows.</summary>
    /// <exception cref="TraceAbortedException">It is larger than <paramref name="bytesMax"/>.</exception>
    public static ReadOnlyMemory<byte> ToJson(ITransactionTracer tracer, in TraceContext context, long bytesMax)
    {
        using var buffer = new LimitedBuffer(bytesMax);
        using (var writer = new Utf8JsonWriter(buffer, new() { MaxDepth = DepthMax, SkipValidation = true }))
            Write(writer, tracer, context);
        return buffer.ToArray();
    }

    /// <summary>As <see cref="ToJson"/>, into a writer that allows for the depth.</summary>
    public static void Write(Utf8JsonWriter writer, ITransactionTracer tracer, in TraceContext context)
    {
        switch (tracer)
        {
            case StructLogTracer logs: StructLogWriter.Write(writer, logs); break;
            case CallTracer calls: WriteRoot(writer, calls.Root); break;
            case FlatCallTracer flat: FlatCallWriter.Write(writer, flat.Calls, context); break;
            case PrestateTracer prestate: PrestateWriter.Write(writer, prestate); break;
            case FourByteTracer functions: WriteFunctions(writer, functions); break;
            case MuxTracer mux: WriteMux(writer, mux, context); break;
            default:
                writer.WriteStartObject();
                writer.WriteEndObject();
                break;
        }
    }

    private static void WriteRoot(Utf8JsonWriter writer, CallFrame? root)
    {
        if (root is null) writer.WriteNullValue();
        else CallWriter.Write(writer, root);
    }

    private static void WriteFunctions(Utf8JsonWriter writer, FourByteTracer tracer)
    {
        writer.WriteStartObject();
        foreach (var (function, count) in tracer.Counts)
            writer.WriteNumber($"0x{function.Selector:x8}-{function.DataLength}", count);
        writer.WriteEndObject();
    }

    private static void WriteMux(Utf8JsonWriter writer, MuxTracer mux, in TraceContext context)
    {
        writer.WriteStartObject();
        foreach (var (name, tracer) in mux.Tracers)
        {
            writer.WritePropertyName(name);
            Write(writer, tracer, context);
        }
        writer.WriteEndObject();
    }
}
