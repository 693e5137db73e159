using Weft.Evm;
using Weft.Evm.Tracing;

namespace Weft.Execution.Tracing;

/// <summary>Watches and keeps nothing: what tracing costs by itself (geth's noopTracer).</summary>
public sealed class NoopTracer(TraceBudget budget) : ITransactionTracer
{
    public void Begin(TracedTransaction traced)
    {
    }

    public void Enter(in Message message, int depth)
    {
    }

    public void Step(in Step step) => budget.Step();

    public void Exit(in MessageResult result, int depth)
    {
    }

    public void End(in TransactionResult result)
    {
    }
}
