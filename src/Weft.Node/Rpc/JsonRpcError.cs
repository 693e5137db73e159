namespace Weft.Node.Rpc;

/// <summary>The error codes of JSON-RPC 2.0, of EIP-1474 and of the execution-apis specification.</summary>
public static class JsonRpcError
{
    public const int ParseError = -32700;
    public const int InvalidRequest = -32600;
    public const int MethodNotFound = -32601;
    public const int InvalidParams = -32602;
    public const int InternalError = -32603;

    /// <summary>What every other failure of the server itself is.</summary>
    public const int ServerError = -32000;

    /// <summary>EIP-1474: there is no such block, transaction or state.</summary>
    public const int ResourceNotFound = -32001;

    /// <summary>EIP-1474: more was asked for than the server gives.</summary>
    public const int LimitExceeded = -32005;

    /// <summary>Execution ended with REVERT; the output is the error's data.</summary>
    public const int ExecutionReverted = 3;
}

/// <summary>A request that is answered with an error.</summary>
public sealed class JsonRpcException(int code, string message, object? data = null) : Exception(message)
{
    public int Code { get; } = code;

    /// <summary>What the error carries beside its message: mostly the output of a reverted call as a string.</summary>
    public object? ErrorData { get; } = data;
}
