using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Node.Dev;
using Weft.Node.Rpc;
using Weft.Node.Telemetry;

namespace Weft.Node;

/// <summary>What a node is made of.</summary>
public sealed record NodeOptions
{
    public LiveChainOptions Chain { get; init; } = new();

    public CallOptions Calls { get; init; } = new();

    public PoolOptions Pool { get; init; } = new();

    public BuilderOptions Builder { get; init; } = new();

    public PayloadOptions Payloads { get; init; } = new();

    /// <summary>Where everybody asks.</summary>
    public RpcServerOptions Http { get; init; } = new();

    /// <summary>Where the consensus layer speaks; null: nowhere.</summary>
    public RpcServerOptions? Engine { get; init; }

    /// <summary>The node makes its own blocks and signs for these accounts; null: it does not.</summary>
    public DevOptions? Dev { get; init; }

    /// <summary>Who is told the metrics besides those who ask for /metrics; null: nobody.</summary>
    public TelemetryOptions? Telemetry { get; init; }

    /// <summary>testing_ methods on <see cref="Http"/>: for test suites only.</summary>
    public bool HasTestingMethods { get; init; }
}

/// <summary>A node for developers: makes its own blocks, and signs for the accounts.</summary>
public sealed record DevOptions
{
    public IReadOnlyList<DevAccount> Accounts { get; init; } = [];

    /// <summary>Null: a block as soon as there is a transaction. Otherwise one whenever this has passed.</summary>
    public TimeSpan? BlockTime { get; init; }

    /// <summary>Blocks come only when somebody asks for one.</summary>
    public bool MinesNothing { get; init; }

    /// <summary>Where else the chain can begin; null: nowhere.</summary>
    public IDevOrigins? Origins { get; init; }
}
