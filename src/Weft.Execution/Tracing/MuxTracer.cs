using Weft.Evm;
using Weft.Evm.Tracing;
using Weft.Primitives;

namespace Weft.Execution.Tracing;

/// <summary>Several tracers in one run (geth's muxTracer).</summary>
public sealed class MuxTracer(IReadOnlyList<(string Name, ITransactionTracer Tracer)> tracers) : ITransactionTracer
{
    public IReadOnlyList<(string Name, ITransactionTracer Tracer)> Tracers => tracers;

    public void Begin(TracedTransaction traced)
    {
        foreach (var (_, tracer) in tracers) tracer.Begin(traced);
    }

    public void Refunded(long gas)
    {
        foreach (var (_, tracer) in tracers) tracer.Refunded(gas);
    }

    public void Enter(in Message message, int depth)
    {
        foreach (var (_, tracer) in tracers) tracer.Enter(message, depth);
    }

    public void Step(in Step step)
    {
        foreach (var (_, tracer) in tracers) tracer.Step(step);
    }

    public void SelfDestruct(in Address address, in Address beneficiary, in UInt256 balance)
    {
        foreach (var (_, tracer) in tracers) tracer.SelfDestruct(address, beneficiary, balance);
    }

    public void Exit(in MessageResult result, int depth)
    {
        foreach (var (_, tracer) in tracers) tracer.Exit(result, depth);
    }

    public void End(in TransactionResult result)
    {
        foreach (var (_, tracer) in tracers) tracer.End(result);
    }
}
