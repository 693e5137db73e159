using Weft.Execution.Access;
using Weft.State;

namespace Weft.Execution.Strategies;

/// <summary>Executes each block twice: serially, to record what it accesses, and then as somebody does who is told so.
/// </summary>
internal sealed class RecordedExecutor(IBlockExecutor executor, FootprintRecorder recorder) : IBlockExecutor
{
    public ExecutionSummary Summary => executor.Summary;

    public ExecutedBlock Transition(BlockInput input) => executor.Transition(input with
    {
        AccessList = input.AccessList ?? AccessListBuilder.Build(recorder.Record(input).Footprints),
    });

    public StateChanges GetChanges() => executor.GetChanges();

    public void Dispose()
    {
        executor.Dispose();
        recorder.Dispose();
    }
}
