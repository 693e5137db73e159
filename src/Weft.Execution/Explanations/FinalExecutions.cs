using Weft.Execution.Parallel;
using Weft.Execution.Records;

namespace Weft.Execution.Explanations;

/// <summary>The execution of each transaction whose result was committed: the last one.</summary>
public sealed class FinalExecutions
{
    private readonly Dictionary<int, WorkEvent> _last = [];

    public static FinalExecutions Of(IEnumerable<WorkEvent> events)
    {
        var final = new FinalExecutions();
        foreach (var done in events)
        {
            if (done.Kind != WorkKind.Execute) continue;
            if (!final._last.TryGetValue(done.Transaction, out var last) || done.Start > last.Start)
                final._last[done.Transaction] = done;
        }
        return final;
    }

    /// <summary>Null where the transaction was not executed.</summary>
    public WorkEvent? Of(int transaction) => _last.TryGetValue(transaction, out var done) ? done : null;

    public bool Contains(in WorkEvent done) =>
        _last.TryGetValue(done.Transaction, out var last) && last.Start == done.Start && last.Worker == done.Worker;
}
