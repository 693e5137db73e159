using Weft.Node.Dev;
using Weft.Node.Rpc;

namespace Weft.Node.Eth;

/// <summary>eth_accounts: those that the node signs for, which only a dev node does.</summary>
internal sealed class EthAccounts(IReadOnlyList<DevAccount> accounts)
{
    public void AddTo(RpcMethods methods) => methods.Add("eth_accounts", WriteAccounts);

    private void WriteAccounts(RpcCall call)
    {
        call.Result.WriteStartArray();
        foreach (DevAccount account in accounts) call.Result.WriteDataValue(account.Address.Bytes);
        call.Result.WriteEndArray();
    }
}
