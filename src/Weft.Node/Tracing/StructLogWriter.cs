using System.Text.Json;
using Weft.Evm;
using Weft.Evm.Tracing;
using Weft.Execution.Tracing;
using Weft.Primitives;

namespace Weft.Node.Tracing;

/// <summary>The result of the struct logger, as debug_trace* of execution-apis has it.</summary>
internal static class StructLogWriter
{
    public static void Write(Utf8JsonWriter writer, StructLogTracer tracer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("gas", tracer.GasUsed);
        writer.WriteBoolean("failed", tracer.Failed);
        writer.WriteData("returnValue", tracer.ReturnValue.Span);
        writer.WriteStartArray("structLogs");
        var storages = new Dictionary<object, Storage>(ReferenceEqualityComparer.Instance);
        foreach (StructLog log in tracer.Logs) Write(writer, log, storages);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, StructLog log, Dictionary<object, Storage> storages)
    {
        writer.WriteStartObject();
        writer.WriteNumber("pc", log.Pc);
        writer.WriteString("op", NameOf(log.Opcode));
        writer.WriteNumber("gas", log.Gas);
        writer.WriteNumber("gasCost", log.GasCost);
        writer.WriteNumber("depth", log.Depth);
        if (log.Error is not null) writer.WriteString("error", log.Error);
        if (log.Stack is not null) WriteStack(writer, log.Stack);
        if (log.ReturnData is not null) writer.WriteData("returnData", log.ReturnData);
        if (log.Memory is not null) WriteMemory(writer, log.Memory);
        if (log.Storage is { } storage) WriteStorage(writer, storage, storages);
        if (log.Refund != 0) writer.WriteNumber("refund", log.Refund);
        writer.WriteEndObject();
    }

    /// <summary>geth keeps the name that 0x44 had before Paris.</summary>
    private static string NameOf(byte opcode) =>
        opcode == (byte)Opcode.PREVRANDAO ? "DIFFICULTY" : OpcodeNames.Of(opcode);

    private static void WriteStack(Utf8JsonWriter writer, UInt256[] stack)
    {
        writer.WriteStartArray("stack");
        foreach (ref readonly UInt256 word in stack.AsSpan()) writer.WriteQuantityValue(word);
        writer.WriteEndArray();
    }

    private static void WriteMemory(Utf8JsonWriter writer, byte[] memory)
    {
        writer.WriteStartArray("memory");
        for (int i = 0; i < memory.Length; i += 32) writer.WriteDataValue(memory.AsSpan(i, 32));
        writer.WriteEndArray();
    }

    private static void WriteStorage(
        Utf8JsonWriter writer, StorageSoFar storage, Dictionary<object, Storage> storages)
    {
        if (!storages.TryGetValue(storage.Accesses, out Storage? slots)) storages.Add(storage.Accesses, slots = new());
        slots.MoveTo(storage);
        writer.WriteStartObject("storage");
        foreach (var (key, value) in slots.Slots) writer.WriteSlot(key, value);
        writer.WriteEndObject();
    }

    /// <summary>The storage of a contract while the instructions go by.</summary>
    private sealed class Storage
    {
        private int _count;

        public SortedDictionary<UInt256, UInt256> Slots { get; } = [];

        public void MoveTo(StorageSoFar storage)
        {
            for (; _count < storage.Count; _count++)
                Slots[storage.Accesses[_count].Key] = storage.Accesses[_count].Value;
        }
    }
}
