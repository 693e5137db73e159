using Weft.Execution.Parallel;
using Weft.State.MultiVersion;

namespace Weft.Execution.Strategies.Auto;

/// <summary>A driver of which only the first workers are used. It stays the caller's.</summary>
internal sealed class FewerWorkers(IDriver driver, int workers) : IDriver
{
    public int Workers => workers;

    public ISwitchPoint? SwitchPoint => driver.SwitchPoint;

    public void Run(Action<int> work) => driver.Run(work, workers);

    public void Idle(ref SpinWait spinner) => driver.Idle(ref spinner);

    public void Dispose()
    {
    }
}
