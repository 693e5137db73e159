using Weft.Execution;

namespace Weft.Chain.Live;

internal sealed class Simulator(
    ChainSpec spec, CallOptions options, CallMachines machines, CallWatch watch, ChainSnapshot snapshot,
    SimulationRequest request, CancellationToken cancellation) : IDisposable
{
    public SimulationResult Run() => throw new InvalidOperationException($"{spec}{options}{machines}{watch}{snapshot}{request}{cancellation}");

    public void Dispose()
    {
    }
}
