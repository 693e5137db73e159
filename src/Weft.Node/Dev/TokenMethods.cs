using Weft.Chain.Dev;
using Weft.Chain.Live;
using Weft.Node.Eth;
using Weft.Node.Rpc;
using Weft.Primitives;

namespace Weft.Node.Dev;

/// <summary>Gives tokens of any ERC-20 contract, as anvil does: the slot that holds a number is found by trying. Of the
/// slots that the contract reads for its answer it is the one that the answer follows.</summary>
internal sealed class TokenMethods(DevState state, ChainReader reader, CallExecutor calls)
{
    private static ReadOnlySpan<byte> BalanceOf => [0x70, 0xa0, 0x82, 0x31];

    private static ReadOnlySpan<byte> Allowance => [0xdd, 0x62, 0xed, 0x3e];

    public void AddTo(RpcMethods methods)
    {
        methods.AddCommand(
            call => Set(
                call, call.Params.Address(1), Encode(BalanceOf, call.Params.Address(0)),
                call.Params.Get(2, ValueReader.LenientQuantity)),
            "anvil_dealERC20", "hardhat_dealERC20");
        methods.AddCommand(
            call => Set(
                call, call.Params.Address(2), Encode(Allowance, call.Params.Address(0), call.Params.Address(1)),
                call.Params.Get(3, ValueReader.LenientQuantity)),
            "anvil_setERC20Allowance");
    }

    private void Set(RpcCall call, Address token, byte[] question, UInt256 value)
    {
        var request = new CallRequest { To = token, Data = question };
        (Address Address, UInt256 Key)? place;
        using (ChainSnapshot snapshot = reader.OpenSnapshot(BlockId.Latest))
            place = EthCalls.Run(() => Find(snapshot, request, value, call.Cancellation));
        if (place is not { } found)
            throw new JsonRpcException(
                JsonRpcError.InvalidParams,
                $"no slot was found that holds this number of {token} alone; anvil_setStorageAt sets a known one");
        state.SetStorage(found.Address, found.Key, value);
    }

    private (Address, UInt256)? Find(
        ChainSnapshot snapshot, CallRequest request, UInt256 value, CancellationToken cancellation)
    {
        var read = calls.CreateAccessList(snapshot, request, cancellation: cancellation);
        if (!read.Call.Succeeded) throw EthCalls.ErrorOf(read.Call);
        // Another number than the answer is now, or every slot would seem to be it.
        UInt256 probe = Is(read.Call, value) ? value ^ UInt256.One : value;
        foreach (var entry in read.AccessList)
        {
            foreach (UInt256 key in entry.StorageKeys)
            {
                var context = new CallContext
                {
                    State = new Dictionary<Address, AccountOverride>
                    {
                        [entry.Address] = new() { StateDiff = new Dictionary<UInt256, UInt256> { [key] = probe } },
                    },
                };
                var result = calls.Call(snapshot, request, context, cancellation: cancellation);
                if (result.Succeeded && Is(result, probe)) return (entry.Address, key);
            }
        }
        return null;
    }

    private static bool Is(CallResult result, in UInt256 value) =>
        result.Output.Length >= 32 && UInt256.FromBigEndian(result.Output.Span[..32]) == value;

    private static byte[] Encode(ReadOnlySpan<byte> selector, params ReadOnlySpan<Address> addresses)
    {
        var data = new byte[selector.Length + (32 * addresses.Length)];
        selector.CopyTo(data);
        for (int i = 0; i < addresses.Length; i++)
            addresses[i].ToWord().WriteBigEndian(data.AsSpan(selector.Length + (32 * i), 32));
        return data;
    }
}
