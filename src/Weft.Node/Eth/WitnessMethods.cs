using Weft.Chain.Live;
using Weft.Chain.Witnesses;
using Weft.Execution.Strategies;
using Weft.Node.Rpc;
using Weft.Node.Tracing;
using Weft.Primitives.Blocks;

namespace Weft.Node.Eth;

/// <summary>debug_executionWitness: what it takes to execute a block without a database.</summary>
internal sealed class WitnessMethods(ChainReader reader)
{
    public void AddTo(RpcMethods methods) => methods.AddHeavy("debug_executionWitness", Write);

    private void Write(RpcCall call)
    {
        BlockId id = call.Params.Get(0, BlockId.Read);
        Block block = reader.FindBlock(id, withSenders: true)
            ?? throw new JsonRpcException(JsonRpcError.ServerError, $"block {id} not found");
        if (block.Header.Number == 0)
            throw new JsonRpcException(JsonRpcError.ServerError, "the genesis is not executed");
        using ChainSnapshot parent = reader.OpenSnapshot(BlockId.Of(block.Header.ParentHash));
        var spec = reader.Chain.Spec;
        var input = new BlockInput(block, parent, parent)
        {
            IsDaoForkBlock = block.Header.Number == spec.Forks.DaoForkNumber,
        };
        ExecutionWitness witness = WitnessRecorder.Record(
            input, reader.RulesOf(block.Header), spec, parent.Nodes, reader.Chain.Blocks);
        ExecutionWitnessWriter.Write(call.Result, witness);
    }
}
