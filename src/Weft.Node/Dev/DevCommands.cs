using Weft.Node.Rpc;

namespace Weft.Node.Dev;

/// <summary>Adds methods that go by several names, as those of the development nodes do.</summary>
internal static class DevCommands
{
    /// <summary>A method without a result: anvil_ ones answer null, the others true, as tools expect.</summary>
    public static void AddCommand(this RpcMethods methods, Action<RpcCall> action, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            methods.AddHeavy(name, call =>
            {
                try
                {
                    action(call);
                }
                catch (ArgumentException e)
                {
                    throw new JsonRpcException(JsonRpcError.InvalidParams, e.Message);
                }
                WriteDone(call);
            });
        }
    }

    public static void AddQuery(this RpcMethods methods, RpcHandler handler, params ReadOnlySpan<string> names)
    {
        foreach (string name in names) methods.AddHeavy(name, handler);
    }

    public static void WriteDone(RpcCall call)
    {
        if (call.Method.StartsWith("anvil_", StringComparison.Ordinal)) call.Result.WriteNullValue();
        else call.Result.WriteBooleanValue(true);
    }
}
