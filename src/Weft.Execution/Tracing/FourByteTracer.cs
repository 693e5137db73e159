using System.Buffers.Binary;
using Weft.Evm;
using Weft.Evm.Precompiles;
using Weft.Evm.Tracing;

namespace Weft.Execution.Tracing;

/// <summary>Counts which functions are called, by the first four bytes of the input and the length of the rest (geth's
/// 4byteTracer). Creations and precompiles do not count.</summary>
public sealed class FourByteTracer(TraceBudget budget) : ITransactionTracer
{
    private const int SelectorLength = 4, BytesOfEntry = 32;

    private PrecompileSet _precompiles = null!;

    public SortedDictionary<(uint Selector, int DataLength), int> Counts { get; } = [];

    public void Begin(TracedTransaction traced) => _precompiles = PrecompileSet.Of(traced.Rules.Fork);

    public void Enter(in Message message, int depth)
    {
        var input = message.Input.Span;
        if (input.Length < SelectorLength || message.Kind >= MessageKind.Create) return;
        if (_precompiles.Find(message.CodeAddress) is not null) return;
        var function = (BinaryPrimitives.ReadUInt32BigEndian(input), input.Length - SelectorLength);
        if (!Counts.TryGetValue(function, out int count)) budget.Charge(BytesOfEntry);
        Counts[function] = count + 1;
    }

    public void Step(in Step step) => budget.Step();

    public void Exit(in MessageResult result, int depth)
    {
    }

    public void End(in TransactionResult result)
    {
    }
}
