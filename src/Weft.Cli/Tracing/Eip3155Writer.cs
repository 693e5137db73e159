using System.Buffers;
using System.Text;
using System.Text.Json;
using Weft.Evm;
using Weft.Evm.Tracing;
using Weft.Primitives;

namespace Weft.Cli.Tracing;

/// <summary>
/// Writes one JSON object a line for each instruction (EIP-3155). What an instruction cost is known when the next one
/// begins, so a line is written one step late; where an instruction opened a frame, its line has no "gasCost", for it
/// would only be known after the lines of that frame.
/// </summary>
public sealed class Eip3155Writer(TextWriter output, bool withMemory) : ITracer
{
    private readonly ArrayBufferWriter<byte> _line = new();
    private bool _hasPending;
    private long _pendingGas;

    public void Enter(in Message message, int depth) => FinishPending(null);

    public void Step(in Step step)
    {
        FinishPending(_pendingGas - step.Gas);
        _line.ResetWrittenCount();
        using var json = new Utf8JsonWriter(_line);
        json.WriteStartObject();
        json.WriteNumber("pc", step.Pc);
        json.WriteNumber("op", step.Opcode);
        json.WriteString("gas", ToHex(step.Gas));
        if (withMemory) json.WriteString("memory", Hex.Encode(step.Memory));
        json.WriteNumber("memSize", step.Memory.Length);
        json.WriteStartArray("stack");
        foreach (ref readonly var word in step.Stack) json.WriteStringValue(word.ToHex());
        json.WriteEndArray();
        json.WriteNumber("depth", step.Depth);
        json.WriteString("returnData", Hex.Encode(step.ReturnData));
        json.WriteNumber("refund", step.Refund);
        json.WriteString("opName", OpcodeNames.Of(step.Opcode));
        json.WriteEndObject();
        json.Flush();
        (_hasPending, _pendingGas) = (true, step.Gas);
    }

    public void Exit(in MessageResult result, int depth)
    {
        FinishPending(result.Halt is Halt.Success or Halt.Revert ? _pendingGas - result.GasLeft : _pendingGas);
        _hasPending = false;
    }

    /// <summary>The closing line of EIP-3155.</summary>
    public void Summarise(in MessageResult result, ulong gasUsed, Fork fork, TimeSpan time)
    {
        output.WriteLine(JsonSerializer.Serialize(new
        {
            output = Hex.Encode(result.Output.Span), gasUsed = ToHex((long)gasUsed), pass = result.Succeeded,
            error = result.Succeeded ? null : result.Halt.ToString(), time = (long)time.TotalNanoseconds,
            fork = fork.ToString(),
        }));
    }

    private void FinishPending(long? cost)
    {
        if (!_hasPending) return;
        _hasPending = false;
        string line = Encoding.UTF8.GetString(_line.WrittenSpan);
        output.WriteLine(
            cost is { } gas and >= 0
                ? line.Replace(",\"memSize\"", $",\"gasCost\":\"{ToHex(gas)}\",\"memSize\"")
                : line);
    }

    private static string ToHex(long value) => $"0x{value:x}";
}
