using System.Runtime.ExceptionServices;
using Weft.Evm;
using Weft.Primitives;

namespace Weft.Execution.Parallel;

/// <summary>What the workers of a block share. A result belongs to the worker that holds its transaction; what is
/// counted of the output, and a failure, to the one that commits.</summary>
internal sealed class BlockInFlight(
    BlockProcessor.Run run, ForkRules rules, DependencyHints hints, LongTransactions? longTransactions,
    Attempt[] attempts)
{
    public readonly BlockProcessor.Run Run = run;
    public readonly ForkRules Rules = rules;

    /// <summary>The committer's.</summary>
    public readonly DependencyHints Hints = hints;

    /// <summary>The committer's.</summary>
    public readonly LongTransactions? Long = longTransactions;

    /// <summary>By transaction modulo the window.</summary>
    public readonly Attempt[] Attempts = attempts;

    public readonly ulong BlobGasLimit = BlobGas.Limit(rules);

    public ExecutedBlock? Failure;

    /// <summary>What the source threw where nothing was speculative.</summary>
    public ExceptionDispatchInfo? Error;

    public ref Attempt AttemptAt(int transaction) => ref Attempts[transaction & (Attempts.Length - 1)];
}

/// <summary>What the commit has to know of the last incarnation of a transaction, of which the block has the result
/// already.</summary>
internal struct Attempt
{
    public UInt256 Fee;

    public ulong GasUsed;

    /// <summary>Of the transaction: what the block must have left, and what it takes of it.</summary>
    public ulong GasLimit, BlobGas;

    public TransactionError Error;

    /// <summary>See <see cref="TransactionResult.MayHaveDeposit"/>.</summary>
    public bool MayHaveDeposit;

    /// <summary>It ran with everything before it committed, so that it holds without validation.</summary>
    public bool IsFinal;

    /// <summary>It paid the fee recipient itself.</summary>
    public bool PaidFee;

    /// <summary>The next incarnation has to pay the fee recipient itself.</summary>
    public bool MustPayFee;

    /// <summary>How long it ran, in ticks of the stopwatch, where that is of interest.</summary>
    public long Ticks;
}
