using Weft.Execution.Parallel;

namespace Weft.Cli.Simulation;

/// <summary>Writes down what virtual workers do, a line for each beginning and end, with the switch point.</summary>
internal sealed class ScheduleLog(Interleaver driver) : IWorkObserver
{
    public List<string> Lines { get; } = [];

    public void Begins(int worker, in WorkItem item) =>
        Add(worker, $"{Name(item)}{(item.IsFirst && item.Kind == WorkKind.Execute ? ", upon the final state" : "")}");

    public void Waits(int worker, int transaction) => Add(worker, $"waits for transaction {transaction - 1}");

    public void Resumes(int worker) => Add(worker, "goes on");

    public void HasRun(int worker, in WorkItem item) => Add(worker, $"has run transaction {item.Transaction - 1}");

    public void Ends(int worker, in WorkItem item, Outcome outcome, int blocker, in AbortCause cause)
    {
        string text = outcome switch
        {
            Outcome.Committed => "done and committed",
            Outcome.Blocked => $"left, to wait for transaction {blocker - 1}",
            Outcome.Again when cause.Location is { } location => $"does not hold: {location}",
            Outcome.Again => $"does not hold: {cause.Reason}",
            Outcome.Stop => "the block ends here",
            _ => "done",
        };
        Add(worker, $"{Name(item)}: {text}");
    }

    private void Add(int worker, string text) => Lines.Add($"{driver.Point,6}  worker {worker}  {text}");

    private static string Name(in WorkItem item)
    {
        string again = item.Incarnation == 0 ? "" : $", incarnation {item.Incarnation}";
        return $"{item.Kind} transaction {item.Transaction - 1}{again}";
    }
}
