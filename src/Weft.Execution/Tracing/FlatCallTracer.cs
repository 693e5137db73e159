using System.Collections.Immutable;
using Weft.Evm;
using Weft.Evm.Precompiles;
using Weft.Evm.Tracing;
using Weft.Primitives;

namespace Weft.Execution.Tracing;

/// <summary>The options of geth's flatCallTracer.</summary>
public sealed record FlatCallTracerOptions
{
    /// <summary>Errors in the words of Parity.</summary>
    public bool ConvertParityErrors { get; init; }

    /// <summary>With calls to precompiles, which Parity leaves out.</summary>
    public bool IncludePrecompiles { get; init; }
}

/// <summary>A frame in a flat list. <paramref name="TraceAddress"/> is the way to it: which call of the outermost
/// frame, which of that one, and so on.</summary>
public sealed record FlatCall(CallFrame Frame, string? Error, int Subtraces, ImmutableArray<int> TraceAddress);

/// <summary>The frames of a transaction as Parity's trace module lists them (geth's flatCallTracer).</summary>
public sealed class FlatCallTracer(FlatCallTracerOptions options, TraceBudget budget) : ITransactionTracer
{
    /// <summary>A trace address has an element a level, so deep trees become larger when they are flat.</summary>
    private const int BytesOfElement = 5;

    private static readonly Dictionary<string, string> ParityErrors = new()
    {
        ["contract creation code storage out of gas"] = "Out of gas",
        ["out of gas"] = "Out of gas",
        ["max code size exceeded"] = "Out of gas",
        ["invalid jump destination"] = "Bad jump destination",
        ["execution reverted"] = "Reverted",
        ["return data out of bounds"] = "Out of bounds",
        ["precompiled failed"] = "Built-in failed",
        ["invalid input length"] = "Built-in failed",
    };

    private static readonly (string Start, string Error)[] ParityErrorsByStart =
    [
        ("out of gas:", "Out of gas"), ("invalid opcode:", "Bad instruction"), ("stack underflow", "Stack underflow"),
        ("stack limit reached", "Out of stack"),
    ];

    private readonly CallTracer _calls = new(new CallTracerOptions(), budget);
    private readonly List<FlatCall> _flat = [];
    private PrecompileSet _precompiles = null!;

    /// <summary>In the order of their beginnings.</summary>
    public IReadOnlyList<FlatCall> Calls => _flat;

    public void Begin(TracedTransaction traced)
    {
        _precompiles = PrecompileSet.Of(traced.Rules.Fork);
        _calls.Begin(traced);
    }

    public void Enter(in Message message, int depth) => _calls.Enter(message, depth);

    public void Step(in Step step) => _calls.Step(step);

    public void SelfDestruct(in Address address, in Address beneficiary, in UInt256 balance) =>
        _calls.SelfDestruct(address, beneficiary, balance);

    public void Exit(in MessageResult result, int depth) => _calls.Exit(result, depth);

    public void End(in TransactionResult result)
    {
        _calls.End(result);
        if (_calls.Root is { } root) Flatten(root, []);
    }

    private void Flatten(CallFrame frame, ImmutableArray<int> traceAddress)
    {
        budget.Charge(BytesOfElement * traceAddress.Length);
        var calls = frame.Calls;
        if (!options.IncludePrecompiles) calls.RemoveAll(IsCallOfPrecompile);
        string? error = options.ConvertParityErrors ? ToParity(frame.Error) : frame.Error;
        _flat.Add(new(frame, error, calls.Count, traceAddress));
        for (int i = 0; i < calls.Count; i++) Flatten(calls[i], traceAddress.Add(i));
    }

    private bool IsCallOfPrecompile(CallFrame frame) =>
        frame.Type is CallType.Call or CallType.StaticCall && _precompiles.Find(frame.To!.Value) is not null;

    private static string? ToParity(string? error)
    {
        if (error is null) return null;
        if (ParityErrors.TryGetValue(error, out string? known)) return known;
        foreach (var (start, parity) in ParityErrorsByStart)
            if (error.StartsWith(start, StringComparison.Ordinal)) return parity;
        return error;
    }
}
