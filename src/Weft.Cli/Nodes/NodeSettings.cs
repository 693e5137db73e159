using System.Net;
using Weft.Chain;
using Weft.Cli.Data;
using Weft.Cli.Input;
using Weft.Node;
using Weft.Node.Dev;
using Weft.Node.Rpc;
using Weft.Node.Telemetry;
using Weft.Primitives;

namespace Weft.Cli.Nodes;

/// <summary>What weft node was told.</summary>
internal sealed record NodeSettings
{
    public required DataSettings Data { get; init; }

    /// <summary>False: the chain lies in memory.</summary>
    public bool HasData { get; init; }

    /// <summary>A built-in chain or a genesis file; null: what the folder holds, or the dev chain.</summary>
    public string? Chain { get; init; }

    /// <summary>Asked for by name; without it, it is what there is where no chain is.</summary>
    public bool IsDev { get; init; }

    public required IPAddress Address { get; init; }

    public int HttpPort { get; init; }

    public int EnginePort { get; init; }

    /// <summary>The Engine API listens where there is one, or where the chain is not the dev chain.</summary>
    public string? JwtSecret { get; init; }

    public IReadOnlyList<string> Origins { get; init; } = [];

    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Null: a block as soon as there is a transaction, unless <see cref="MinesNothing"/>.</summary>
    public TimeSpan? BlockTime { get; init; }

    public bool MinesNothing { get; init; }

    /// <summary>Ether of each account.</summary>
    public ulong Balance { get; init; }

    public ulong GasLimit { get; init; }

    /// <summary>Bytes of past blocks that a dev chain in memory keeps; 0: of all.</summary>
    public long HistoryBytes { get; init; }

    public ulong ChainId { get; init; }

    /// <summary>Somebody has asked for it; a forked chain has the id of the other one otherwise.</summary>
    public bool HasChainId { get; init; }

    /// <summary>Null: the dev chain begins with nothing but its accounts.</summary>
    public ForkSettings? Fork { get; init; }

    /// <summary>Of a node whose state the chain reads; 0: no limit.</summary>
    public int ForkCallsPerSecond { get; init; }

    public int Accounts { get; init; }

    public string Mnemonic { get; init; } = Wallet.TestMnemonic;

    public int RequestsPerSecond { get; init; }

    public bool HasJsonLog { get; init; }

    public bool IsJson { get; init; }

    /// <summary>By the variables that OpenTelemetry has for it.</summary>
    private static TelemetryOptions? ReadTelemetry()
    {
        try
        {
            return TelemetryOptions.Read(Environment.GetEnvironmentVariable);
        }
        catch (FormatException e)
        {
            throw new InputException("environment", "", e.Message);
        }
    }

    public NodeOptions ToOptions(NodeChain chain) => new()
    {
        Telemetry = ReadTelemetry(),
        Chain = new()
        {
            Chain = new()
            {
                CacheBytes = Data.CacheBytes, Threads = Data.Threads, Strategy = Data.Strategy,
                IsBackground = chain.IsDev,
                // Whoever develops goes back as far as they like.
                UndoWindow = chain.IsDev ? int.MaxValue : new ChainOptions().UndoWindow,
                // A folder has the disk for it; what a fork has changed is known by its blocks.
                HistoryBytes = chain.IsDev && !HasData && Fork is null && HistoryBytes > 0 ? HistoryBytes : null,
            },
        },
        // Nobody has to be kept from sending for nothing there.
        Pool = chain.IsDev ? new() { TipMin = UInt256.Zero, AllowsUnprotected = true } : new(),
        Http = new()
        {
            Address = Address, Port = HttpPort, AllowedOrigins = Origins, AllowedHosts = Hosts,
            Limits = new() { RequestsPerSecond = RequestsPerSecond },
        },
        Engine = chain.Secret is { } secret
            ? new()
            {
                Address = Address, Port = EnginePort, AllowedHosts = Hosts, Authenticator = new(secret),
                Limits = RpcLimits.OfEngine,
            }
            : null,
        Dev = chain.IsDev
            ? new()
            {
                Accounts = chain.Accounts, BlockTime = BlockTime, MinesNothing = MinesNothing, Origins = chain.Origins,
            }
            : null,
    };
}
