using Weft.Evm;
using Weft.Evm.Precompiles;
using Weft.Evm.Tracing;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Chain.Live;

/// <summary>Bounds of a <see cref="CallExecutor"/>.</summary>
public sealed record CallOptions
{
    /// <summary>Gas of one call; the default of calls that name none.</summary>
    public ulong GasMax { get; init; } = 50_000_000;

    /// <summary>Time of one request.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The same where another chain's state is read (<see cref="ChainSpec.Origin"/>), which takes waiting.
    /// </summary>
    public TimeSpan OriginTimeMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Blocks of a simulation, gaps included.</summary>
    public int SimulatedBlocksMax { get; init; } = 256;

    /// <summary>What holds for requests about a chain.</summary>
    public TimeSpan TimeMaxOf(ChainSpec spec) => spec.Origin is null ? TimeMax : OriginTimeMax;
}

/// <summary>Executes what nobody signed on snapshots, without effect: eth_call and its kin. Any number of threads; each
/// call uses a machine of a pool.</summary>
public sealed class CallExecutor(CallOptions? options = null) : IDisposable
{
    private readonly CallOptions _options = options ?? new();
    private readonly CallWatch _watch = new();
    private readonly Lock _gate = new();

    /// <summary>Of the chain that was asked about last; replaced under the gate.</summary>
    private volatile CallMachines? _machines;

    /// <summary>Executes a call in the block of the snapshot, as clients do: no nonce, no signature, and no price where
    /// none is given. An <see cref="Weft.Execution.Tracing.ITransactionTracer"/> is told when the call begins and,
    /// where it was executed, when it has ended.</summary>
    /// <exception cref="ArgumentException">The request contradicts itself.</exception>
    /// <exception cref="Weft.Execution.Tracing.TraceAbortedException">The tracer has had enough.</exception>
    /// <exception cref="SnapshotExpiredException">The snapshot was held for too long.</exception>
    public CallResult Call(
        ChainSnapshot snapshot, CallRequest request, CallContext? context = null, ITracer? tracer = null,
        CancellationToken cancellation = default)
    {
        using var session = Begin(snapshot, context, cancellation);
        return session.Call(request, session.GasOf(request), tracer);
    }

    /// <summary>By bisection between what the call uses and what it is allowed, to within 1.5 %.</summary>
    /// <exception cref="ArgumentException">The request contradicts itself.</exception>
    /// <exception cref="SnapshotExpiredException">The snapshot was held for too long.</exception>
    public GasEstimate EstimateGas(
        ChainSnapshot snapshot, CallRequest request, CallContext? context = null,
        CancellationToken cancellation = default)
    {
        using var session = Begin(snapshot, context, cancellation);
        return new GasEstimator(session, request).Run();
    }

    /// <summary>The accounts and slots that the call accesses, found by calling until the list stays.</summary>
    /// <exception cref="ArgumentException">The request contradicts itself.</exception>
    /// <exception cref="SnapshotExpiredException">The snapshot was held for too long.</exception>
    public AccessListResult CreateAccessList(
        ChainSnapshot snapshot, CallRequest request, CallContext? context = null,
        CancellationToken cancellation = default)
    {
        using var session = Begin(snapshot, context, cancellation);
        return AccessListFinder.Run(session, request);
    }

    /// <summary>Blocks on top of the snapshot's.</summary>
    /// <exception cref="SnapshotExpiredException">The snapshot was held for too long.</exception>
    public SimulationResult Simulate(
        ChainSnapshot snapshot, SimulationRequest request, CancellationToken cancellation = default)
    {
        using var simulator = new Simulator(
            snapshot.Spec, _options, MachinesOf(snapshot.Spec), _watch, snapshot, request, cancellation);
        return simulator.Run();
    }

    public void Dispose()
    {
        _watch.Dispose();
        _machines?.Dispose();
    }

    /// <summary>The rules of a block that is there already. Its difficulty tells on which side of Paris it
    /// is.</summary>
    internal static ForkRules RulesOf(ChainSpec spec, BlockHeader header) => spec.Forks.RulesAt(
        header.Number, header.Timestamp, header.Difficulty.IsZero ? UInt256.MaxValue : UInt256.Zero);

    private CallSession Begin(ChainSnapshot snapshot, CallContext? context, CancellationToken cancellation)
    {
        context ??= new();
        ChainSpec spec = snapshot.Spec;
        ForkRules rules = RulesOf(spec, snapshot.Header);
        BlockEnvironment block = Override(
            BlockProcessor.CreateEnvironment(snapshot.Header, rules, spec.Forks.ChainId), context.Block);
        IStateView state = snapshot;
        PrecompileSet precompiles = PrecompileSet.Of(rules.Fork);
        if (context.State is { Count: > 0 } overrides)
        {
            precompiles = StateOverrides.Apply(overrides, precompiles);
            var overlay = new StateOverlay(snapshot);
            overlay.Apply(StateOverrides.ToChanges(overrides, snapshot));
            state = overlay;
        }
        var machines = MachinesOf(spec);
        var machine = machines.Rent(rules);
        machine.Processor.Precompiles = precompiles;
        var timeMax = context.TimeMax ?? _options.TimeMaxOf(spec);
        return new(machines, machine, state, snapshot, block)
        {
            GasMax = context.GasMax ?? _options.GasMax,
            Watched = _watch.Begin(machine.Processor, timeMax, cancellation),
            TimeMax = timeMax,
        };
    }

    /// <summary>A dev chain may become another one; what calls of the one before hold they give back to nobody.
    /// </summary>
    private CallMachines MachinesOf(ChainSpec spec)
    {
        if (_machines is { } known && ReferenceEquals(known.Spec, spec)) return known;
        lock (_gate)
        {
            if (_machines is { } found && ReferenceEquals(found.Spec, spec)) return found;
            _machines?.Dispose();
            return _machines = new(spec);
        }
    }

    internal static BlockEnvironment Override(BlockEnvironment block, BlockOverrides? overrides) =>
        overrides is null ? block : new()
        {
            Coinbase = overrides.FeeRecipient ?? block.Coinbase,
            Number = overrides.Number ?? block.Number,
            Timestamp = overrides.Timestamp ?? block.Timestamp,
            GasLimit = overrides.GasLimit ?? block.GasLimit,
            Difficulty = overrides.Difficulty ?? block.Difficulty,
            PrevRandao = overrides.PrevRandao ?? block.PrevRandao,
            BaseFee = overrides.BaseFee ?? block.BaseFee,
            BlobBaseFee = overrides.BlobBaseFee ?? block.BlobBaseFee,
            ChainId = block.ChainId,
        };
}
