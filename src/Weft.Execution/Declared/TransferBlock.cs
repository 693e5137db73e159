using Weft.Evm;
using Weft.Execution.Strategies;

namespace Weft.Execution.Declared;

/// <summary>What the workers of a block of plain transfers share.</summary>
internal sealed class TransferBlock(
    BlockInput input, BlockEnvironment environment, ExecutedBlock output, TransferWorker[] workers)
{
    private volatile bool _isInDoubt;
    private int _dividing = workers.Length;

    public BlockInput Input => input;

    public BlockEnvironment Environment => environment;

    public ExecutedBlock Output => output;

    public TransferWorker[] Workers => workers;

    /// <summary>Not all of the block are plain transfers, or one of them is invalid.</summary>
    public bool IsInDoubt => _isInDoubt;

    /// <summary>All workers have looked at their share of the transactions.</summary>
    public bool IsDivided => Volatile.Read(ref _dividing) == 0;

    public void Doubt() => _isInDoubt = true;

    public void Divided() => Interlocked.Decrement(ref _dividing);
}
