using Weft.Evm.Tracing;

namespace Weft.Chain.Live;

/// <summary>Bounds of a <see cref="CallExecutor"/>.</summary>
public sealed record CallOptions
{
    /// <summary>Gas of one call; the default of calls that name none.</summary>
    public ulong GasMax { get; init; } = 50_000_000;

    /// <summary>Time of one request.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Blocks of a simulation, gaps included.</summary>
    public int SimulatedBlocksMax { get; init; } = 256;
}

/// <summary>Executes what nobody signed on snapshots, without effect: eth_call and its kin. Any number of threads; each
/// call uses a machine of a pool.</summary>
public sealed class CallExecutor : IDisposable
{
    public CallExecutor(ChainSpec spec, CallOptions? options = null)
    {
    }

    /// <summary>Executes a call in the block of the snapshot, as clients do: no nonce, no signature, and no price where
    /// none is given.</summary>
    public CallResult Call(
        ChainSnapshot snapshot, CallRequest request, CallContext? context = null, ITracer? tracer = null,
        CancellationToken cancellation = default) => throw new InvalidOperationException("not yet");

    /// <summary>By bisection between what the call uses and what it is allowed, to within 1.5 %.</summary>
    public GasEstimate EstimateGas(
        ChainSnapshot snapshot, CallRequest request, CallContext? context = null,
        CancellationToken cancellation = default) => throw new InvalidOperationException("not yet");

    /// <summary>The accounts and slots that the call accesses, found by calling until the list stays.</summary>
    public AccessListResult CreateAccessList(
        ChainSnapshot snapshot, CallRequest request, CallContext? context = null,
        CancellationToken cancellation = default) => throw new InvalidOperationException("not yet");

    /// <summary>Blocks on top of the snapshot's.</summary>
    public SimulationResult Simulate(
        ChainSnapshot snapshot, SimulationRequest request, CancellationToken cancellation = default) =>
        throw new InvalidOperationException("not yet");

    public void Dispose()
    {
    }
}
