using Weft.Node.Rpc;

namespace Weft.Node.Eth;

/// <summary>The methods about block access lists that blocks carry (EIP-7928): before Amsterdam none does, and the
/// answer is the one that the specification has for it.</summary>
internal sealed class AccessListMethods(ChainReader reader)
{
    public void AddTo(RpcMethods methods)
    {
        methods.Add("eth_getBlockAccessList", Write);
        methods.Add("debug_getRawBlockAccessList", Write);
    }

    private void Write(RpcCall call)
    {
        if (reader.FindBlock(call.Params.Get(0, BlockId.Read), withSenders: false) is not null)
            throw new JsonRpcException(
                JsonRpcError.ResourceNotFound,
                "Resource not found: the block has no access list, as none before Amsterdam; "
                + "weft_getBlockAccessList computes it");
        call.Result.WriteNullValue();
    }
}
