using System.Text.Json;

namespace Weft.Node.Rpc;

/// <summary>Answers a call: writes exactly one JSON value to its result, or throws a
/// <see cref="JsonRpcException"/>.</summary>
public delegate void RpcHandler(RpcCall call);

/// <summary>Like <see cref="RpcHandler"/>, for what waits.</summary>
public delegate ValueTask AsyncRpcHandler(RpcCall call);

/// <summary>A call that is being answered. Valid until its handler is done.</summary>
public sealed class RpcCall(
    string method, Params arguments, Utf8JsonWriter result, IRpcClient client, CancellationToken cancellation)
{
    public string Method => method;

    public Params Params => arguments;

    public Utf8JsonWriter Result => result;

    public IRpcClient Client => client;

    /// <summary>The client is gone, the time for the call is over, or the server stops.</summary>
    public CancellationToken Cancellation => cancellation;
}

/// <summary>How a method is run.</summary>
public enum RpcCost : byte
{
    /// <summary>Microseconds: at once, on the connection's thread.</summary>
    Light,

    /// <summary>Looks into a state: at once, or, where that means asking another node, like what executes
    /// (<see cref="RpcMethods.TimeMax"/>).</summary>
    Reading,

    /// <summary>Executes or searches: on one of the <see cref="Workers"/>, with a time limit.</summary>
    Heavy,

    /// <summary>Waits without a thread.</summary>
    Waiting,
}

/// <summary>A method by its name.</summary>
public sealed record RpcMethod(string Name, RpcCost Cost, AsyncRpcHandler Handler)
{
    /// <summary>The same method with its argument as a plain handler; null where it waits.</summary>
    public RpcHandler? Direct { get; init; }

    /// <summary>Of a heavy method; null: that of the endpoint.</summary>
    public TimeSpan? TimeMax { get; init; }
}

/// <summary>
/// The methods that an endpoint answers. Filled before the server starts, read by any thread afterwards; a namespace is
/// a class that adds its methods.
/// </summary>
public sealed class RpcMethods
{
    private readonly Dictionary<string, RpcMethod> _byName = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Names => _byName.Keys;

    /// <summary>What calls may take while states are another node's, which has to be asked; null, here or from it:
    /// they are at hand. Asked for each call.</summary>
    public Func<TimeSpan?>? TimeMax { get; init; }

    public RpcMethods Add(string name, RpcHandler handler) => Add(name, RpcCost.Light, handler);

    public RpcMethods AddReading(string name, RpcHandler handler) => Add(name, RpcCost.Reading, handler);

    /// <summary><paramref name="timeMax"/>: for what may take longer than other calls of the endpoint.</summary>
    public RpcMethods AddHeavy(string name, RpcHandler handler, TimeSpan? timeMax = null) =>
        Add(name, RpcCost.Heavy, handler, timeMax);

    public RpcMethods AddWaiting(string name, AsyncRpcHandler handler)
    {
        _byName.Add(name, new(name, RpcCost.Waiting, handler));
        return this;
    }

    public RpcMethod? Find(string name) => _byName.GetValueOrDefault(name);

    private RpcMethods Add(string name, RpcCost cost, RpcHandler handler, TimeSpan? timeMax = null)
    {
        _byName.Add(name, new(name, cost, Run) { Direct = handler, TimeMax = timeMax });
        return this;

        ValueTask Run(RpcCall call)
        {
            handler(call);
            return default;
        }
    }
}

/// <summary>Where a call came from. A connection that lasts takes notifications.</summary>
public interface IRpcClient
{
    /// <summary>Whose calls these are, where clients share.</summary>
    RpcOrigin Origin { get; }

    /// <summary>Null where nothing can be pushed: HTTP.</summary>
    IRpcPush? Push { get; }

    /// <summary>Runs when the answer has been queued for sending. Of a client that takes notifications.</summary>
    void AfterAnswer(Action action);
}

/// <summary>A lasting connection. Safe on any thread.</summary>
public interface IRpcPush
{
    /// <summary>Queues a message; false, and the end of the connection, where the client reads too slowly.</summary>
    bool Send(ReadOnlyMemory<byte> message);

    /// <summary>Runs when the connection ends; at once where it has.</summary>
    void OnClosed(Action action);
}
