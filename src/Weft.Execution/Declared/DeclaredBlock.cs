using Weft.Evm;
using Weft.Execution.Strategies;
using Weft.State;

namespace Weft.Execution.Declared;

/// <summary>What the workers of a block share. A result belongs to the worker that has its transaction.</summary>
internal sealed class DeclaredBlock(
    BlockInput input, BlockEnvironment environment, TransactionResult[] results, ExecutedBlock noOutput)
{
    private volatile bool _isInDoubt;

    public BlockInput Input => input;

    public BlockEnvironment Environment => environment;

    /// <summary>By transaction; longer than the block.</summary>
    public TransactionResult[] Results => results;

    /// <summary>For what comes before the transactions, which puts nothing out.</summary>
    public ExecutedBlock NoOutput => noOutput;

    /// <summary>That of what comes after the transactions (EIP-7928).</summary>
    public int LastIndex => input.Block.Transactions.Count + 1;

    /// <summary>Something does not fit the declarations: what was done is of no use.</summary>
    public bool IsInDoubt => _isInDoubt;

    public void Doubt() => _isInDoubt = true;

    public BlockProcessor.Run RunOn(WorldState state, ExecutedBlock output) =>
        new(input.Block, environment, state, input.Hashes, null, null, output);
}
