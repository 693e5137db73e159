using Weft.Cli.Commands;
using Weft.Execution.Strategies;

namespace Weft.Cli.Replay;

/// <summary>How a block was executed, in words and as JSON.</summary>
internal static class SummaryText
{
    public static string Of(in ExecutionSummary summary)
    {
        string workers = summary.Workers == 1 ? "1 thread" : $"{summary.Workers} threads";
        string aborts = summary.Executions == summary.Transactions && summary.Aborts == 0
            ? ""
            : $", {summary.Executions} executions of {summary.Transactions} transactions, {summary.Aborts} aborts";
        return $"{StrategyOptions.NameOf(summary.Strategy)} on {workers}{aborts}";
    }

    public static object ToJson(ExecutionSummary summary) => new
    {
        Strategy = StrategyOptions.NameOf(summary.Strategy), Threads = summary.Workers, summary.Executions,
        summary.Aborts,
    };
}
