using Weft.Evm;
using Weft.Evm.Tracing;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Execution.Tracing;

/// <summary>
/// Watches one transaction from before its gas is bought until its effects are real, and keeps what it saw as plain
/// records. For one transaction; one thread. What it may keep and how long it may take is up to its
/// <see cref="TraceBudget"/>: beyond that its methods throw a <see cref="TraceAbortedException"/>, after which the
/// state is of no use.
/// </summary>
public interface ITransactionTracer : ITracer
{
    /// <summary>Before the transaction is executed; its sender is known and nothing of it is in the state.</summary>
    void Begin(TracedTransaction traced);

    /// <summary>After it: the state has all its effects. Only for a transaction that was valid.</summary>
    void End(in TransactionResult result);
}

/// <summary>What a tracer may look at. The state goes along with execution: it is the one before the transaction at
/// first, then the one within it, then the one after it.</summary>
/// <param name="FirstLogIndex">How many logs the block has before this transaction.</param>
public sealed record TracedTransaction(
    Transaction Transaction, WorldState State, BlockEnvironment Block, ForkRules Rules, int FirstLogIndex = 0);
