using System.Runtime.ExceptionServices;
using Weft.Execution.Parallel;

namespace Weft.Cli.Simulation;

/// <summary>
/// The same work on several threads, each on a processor of its own. Simulations hand over from thread to thread all
/// the time, which is cheap only where these stay together; and a thread of the pool would be taken away every 0.1 s
/// and the next one begin with empty tables.
/// </summary>
internal static class SideBySide
{
    /// <summary>What one throws comes out of here, when all are done.</summary>
    public static void Run(int count, Action work)
    {
        var processors = Processors.TryFind();
        ExceptionDispatchInfo? error = null;
        var threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            int place = i;
            threads[i] = new(() =>
            {
                processors?.Settle(place);
                try
                {
                    work();
                }
#pragma warning disable CA1031 // It comes out of Run.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    Volatile.Write(ref error, ExceptionDispatchInfo.Capture(exception));
                }
            }) { IsBackground = true, Name = $"weft simulation {i}" };
            threads[i].Start();
        }
        foreach (var thread in threads) thread.Join();
        error?.Throw();
    }
}
