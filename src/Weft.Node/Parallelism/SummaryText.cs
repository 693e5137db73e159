using System.Globalization;
using Weft.Execution.Strategies;

namespace Weft.Node.Parallelism;

/// <summary>How a block was executed, in words and as JSON.</summary>
public static class SummaryText
{
    public static string Of(in ExecutionSummary summary)
    {
        string workers = summary.Workers == 1 ? "1 thread" : $"{summary.Workers} threads";
        string aborts = summary.Executions == summary.Transactions && summary.Aborts == 0
            ? ""
            : $", {summary.Executions} executions of {summary.Transactions} transactions, {summary.Aborts} aborts";
        string strategy = $"{StrategyNames.Of(summary.Strategy)} on {workers}{aborts}";
        if (summary.Reason == StrategyReason.Given) return strategy;
        string times = summary.PredictedTime == TimeSpan.Zero
            ? ""
            : $", predicted {Text(summary.PredictedTime)} ms (serial {Text(summary.PredictedSerialTime)}), "
                + $"took {Text(summary.ActualTime)}";
        return $"{strategy}{times}: {Reason(summary.Reason)}";
    }

    public static object ToJson(ExecutionSummary summary) => new
    {
        Strategy = StrategyNames.Of(summary.Strategy), Threads = summary.Workers, summary.Executions,
        summary.Aborts, Reason = Reason(summary.Reason),
        PredictedMilliseconds = Milliseconds(summary.PredictedTime),
        PredictedSerialMilliseconds = Milliseconds(summary.PredictedSerialTime),
        ActualMilliseconds = Milliseconds(summary.ActualTime),
    };

    private static string Reason(StrategyReason reason) => reason switch
    {
        StrategyReason.Given => "as told",
        StrategyReason.OnlySerial => "nothing else is possible",
        StrategyReason.LittleWork => "little work",
        StrategyReason.Unknown => "not known well enough",
        StrategyReason.Faster => "predicted to be faster",
        StrategyReason.NotFaster => "nothing predicted to be faster",
        _ => "to see whether the prediction holds",
    };

    private static double? Milliseconds(TimeSpan time) =>
        time == TimeSpan.Zero ? null : Math.Round(time.TotalMilliseconds, 3);

    private static string Text(TimeSpan time) => time.TotalMilliseconds.ToString("F2", CultureInfo.InvariantCulture);
}
