using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Strategies;

/// <summary>Executes blocks one transaction after the other.</summary>
public sealed class SerialExecutor : IBlockExecutor
{
    private readonly BlockProcessor _processor;
    private WorldState? _state;

    public SerialExecutor(ForkRules rules, ulong chainId, CodeCache codes, Address? depositContract = null) =>
        _processor = new(rules, chainId, codes, depositContract);

    public ExecutionSummary Summary { get; private set; }

    public ExecutedBlock Transition(BlockInput input)
    {
        if (_state is null) _state = new(input.State);
        else _state.Reset(input.State);
        int transactions = input.Block.Transactions.Count;
        Summary = new(Strategy.Serial, 1, transactions, transactions, 0);
        return _processor.Transition(
            input.Block, _state, input.Hashes, input.IsDaoForkBlock, roots: input.Roots,
            leavesOutInvalid: input.LeavesOutInvalid);
    }

    public StateChanges GetChanges() => _state?.GetChanges() ?? new();

    public void Dispose() => _processor.Dispose();
}
