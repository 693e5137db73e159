using System.Net;
using Microsoft.Extensions.Logging;
using Weft.Chain;
using Weft.Chain.Building;
using Weft.Chain.Dev;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Evm.Precompiles;
using Weft.Node.Dev;
using Weft.Node.Engine;
using Weft.Node.Eth;
using Weft.Node.Parallelism;
using Weft.Node.Rpc;
using Weft.Node.Telemetry;
using Weft.State.Store;

namespace Weft.Node;

/// <summary>A chain with its pool and builder, and the endpoints that serve it.</summary>
public sealed class WeftNode : IAsyncDisposable
{
    private readonly RpcServer _http;
    private readonly RpcServer? _engine;
    private readonly CallExecutor _calls;
    private readonly PayloadJobs _payloads;
    private readonly ChainReader _reader;
    private readonly ReceiptWaiter _waiter;
    private readonly Filters _filters;
    private readonly Subscriptions _subscriptions;
    private readonly TraceMethods _traces;
    private readonly OtlpExporter? _telemetry;

    /// <summary>The database stays the caller's.</summary>
    /// <exception cref="ChainMismatchException">The database holds a chain with another genesis.</exception>
    public WeftNode(Database database, ChainSpec spec, NodeOptions options, ILoggerFactory loggers)
    {
        Chain = LiveChain.Open(database, spec, options.Chain);
        Pool = new(Chain, options.Pool);
        Builder = new(Chain, Pool, options.Builder);
        _payloads = new(Chain, Builder, options.Payloads);
        _calls = new(options.Calls);
        _reader = new(Chain, Builder) { IsDev = options.Dev is not null };
        _waiter = new(Chain);
        _filters = new(_reader, Pool);
        _subscriptions = new(_reader, Pool);
        _traces = new(_reader, _calls, options.Chain.Chain.Threads);
        if (options.Dev is { } dev)
            Miner = new(Chain, Pool, Builder)
            {
                Interval = dev.BlockTime, IsInstant = dev is { BlockTime: null, MinesNothing: false },
            };
        _http = new(options.Http, CreateMethods(options), loggers);
        _engine = options.Engine is { } engine ? new(engine, CreateEngineMethods(options), loggers) : null;
        var metrics = new NodeMetrics(Chain, Pool, _subscriptions, _http, _engine);
        _http.AddPage("/", "text/plain; charset=utf-8", () => $"{ClientVersion.Text}\nJSON-RPC by POST or WebSocket\n");
        _http.AddPage("/health", "application/json", metrics.WriteHealth);
        _http.AddPage(
            "/metrics", "text/plain; version=0.0.4; charset=utf-8", () => PrometheusText.Write(metrics.Read()));
        _telemetry = options.Telemetry is { } telemetry ? new(telemetry, metrics.Read, loggers) : null;
    }

    public LiveChain Chain { get; }

    public TransactionPool Pool { get; }

    public BlockBuilder Builder { get; }

    /// <summary>Null where the consensus layer makes the blocks.</summary>
    public DevMiner? Miner { get; }

    /// <summary>Where the node listens once it has started.</summary>
    public IPEndPoint HttpEndPoint => _http.EndPoint;

    public IPEndPoint? EngineEndPoint => _engine?.EndPoint;

    /// <exception cref="IOException">A port is taken.</exception>
    public async Task StartAsync()
    {
        await _http.StartAsync().ConfigureAwait(false);
        if (_engine is not null) await _engine.StartAsync().ConfigureAwait(false);
        // Reading the trusted setup takes seconds, which the first blob transaction would wait for.
        if (Chain.RulesAfter(Chain.Head, (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds()).Blobs is not null)
            new Thread(BlobProofs.Prepare)
            {
                IsBackground = true, Name = "weft-kzg-setup", Priority = ThreadPriority.BelowNormal,
            }.Start();
    }

    /// <summary>From the outside in: nobody asks any more when the chain closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _http.DisposeAsync().ConfigureAwait(false);
        if (_engine is not null) await _engine.DisposeAsync().ConfigureAwait(false);
        if (_telemetry is not null) await _telemetry.DisposeAsync().ConfigureAwait(false);
        Miner?.Dispose();
        _traces.Dispose();
        _subscriptions.Dispose();
        _filters.Dispose();
        _waiter.Dispose();
        _reader.Dispose();
        _payloads.Dispose();
        _calls.Dispose();
        Pool.Dispose();
        Chain.Dispose();
    }

    private RpcMethods CreateMethods(NodeOptions options)
    {
        var methods = new RpcMethods
        {
            TimeMax = () => Chain.Spec.Origin is null ? null : options.Calls.OriginTimeMax,
        };
        AddEth(methods, options);
        new TxPoolMethods(Pool).AddTo(methods);
        new DebugMethods(_reader).AddTo(methods);
        new AccessListMethods(_reader).AddTo(methods);
        _traces.AddTo(methods);
        new ParallelismMethods(_reader, options.Chain.Chain.Threads).AddTo(methods);
        new WitnessMethods(_reader).AddTo(methods);
        if (Miner is not null) AddDev(methods, options.Dev!, Miner);
        if (options.HasTestingMethods) new TestingMethods(Chain, Builder).AddTo(methods);
        return methods;
    }

    private void AddDev(RpcMethods methods, DevOptions options, DevMiner miner)
    {
        var signer = new DevSigner(options.Accounts);
        var state = new DevState(Chain, Pool, miner);
        var filler = new TransactionFiller(_reader, _calls, Pool);
        new ReorgMethods(state, _reader, filler, signer).AddTo(methods);
        new AccountMethods(
            signer, filler, Pool, miner, _waiter, new(_reader, Pool, _waiter)).AddTo(methods);
        new MiningMethods(Chain, Pool, miner).AddTo(methods);
        new StateMethods(state, _reader, signer).AddTo(methods);
        new TokenMethods(state, _reader, _calls).AddTo(methods);
        var info = new DevInfo(Chain, options.Origins);
        info.AddTo(methods);
        new ResetMethods(state, info, options.Origins).AddTo(methods);
    }

    /// <summary>execution-apis asks for the eth_ methods on the port of the consensus layer, too.</summary>
    private RpcMethods CreateEngineMethods(NodeOptions options)
    {
        var methods = new RpcMethods();
        AddEth(methods, options);
        new NewPayload(Chain).AddTo(methods);
        new Forkchoice(Chain, _payloads).AddTo(methods);
        new GetPayload(_reader, _payloads, Pool).AddTo(methods);
        new EngineInfo(Chain).AddTo(methods);
        return methods;
    }

    private void AddEth(RpcMethods methods, NodeOptions options)
    {
        new EthInfo(_reader, options.Chain.Chain.UndoWindow).AddTo(methods);
        new EthBlocks(_reader).AddTo(methods);
        new EthTransactions(_reader, Pool, _waiter).AddTo(methods);
        new EthState(_reader, Pool).AddTo(methods);
        new EthCalls(_reader, _calls).AddTo(methods);
        new EthFees(_reader).AddTo(methods);
        new EthAccounts(options.Dev?.Accounts ?? [], new(_reader, _calls, Pool)).AddTo(methods);
        _filters.AddTo(methods);
        _subscriptions.AddTo(methods);
    }
}
