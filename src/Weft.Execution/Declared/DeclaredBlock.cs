using Weft.Evm;
using Weft.Execution.Access;
using Weft.Execution.Strategies;
using Weft.State;

namespace Weft.Execution.Declared;

/// <summary>What the workers of a block share. A result belongs to the worker that has its transaction.</summary>
internal sealed class DeclaredBlock(
    BlockInput input, BlockEnvironment environment, ExecutedBlock output, ulong[] costs)
{
    private volatile bool _isInDoubt;
    private volatile bool _isReady;

    public BlockInput Input => input;

    public BlockEnvironment Environment => environment;

    public ExecutedBlock Output => output;

    /// <summary>What each part is expected to take, in nanoseconds; set before <see cref="IsReady"/>.</summary>
    public ulong[] Costs => costs;

    /// <summary>By block access index, where the list is compared as a whole; otherwise null.</summary>
    public TransactionFootprint[]? Footprints { get; } =
        input.StrictAccessList ? new TransactionFootprint[input.Block.Transactions.Count + 2] : null;

    /// <summary>That of what comes after the transactions (EIP-7928).</summary>
    public int LastIndex => input.Block.Transactions.Count + 1;

    /// <summary>The declarations have been taken in: others may begin.</summary>
    public bool IsReady => _isReady;

    /// <summary>Something does not fit the declarations: what was done is of no use.</summary>
    public bool IsInDoubt => _isInDoubt;

    public void Ready() => _isReady = true;

    public void Doubt() => _isInDoubt = true;

    public BlockProcessor.Run RunOn(WorldState state) =>
        new(input.Block, environment, state, input.Hashes, null, null, output);
}
