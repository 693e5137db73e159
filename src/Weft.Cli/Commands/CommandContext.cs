using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Weft.Cli.Commands;

/// <summary>What a command writes to and how it is told to stop.</summary>
public sealed record CommandContext(
    TextWriter Output, IAnsiConsole Console, bool IsInteractive, CancellationToken Cancellation)
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public void WriteJson<T>(T value) => Output.WriteLine(JsonSerializer.Serialize(value, JsonOptions));

    /// <summary>Runs work that counts up to a total, under a progress bar where somebody is watching.</summary>
    public void WithProgress(string title, int total, bool quiet, Action<Action> work)
    {
        if (!IsInteractive || quiet)
        {
            work(() => { });
            return;
        }
        Console.Progress().AutoClear(true).Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(progress =>
            {
                var task = progress.AddTask(Markup.Escape(title), maxValue: Math.Max(1, total));
                work(() => task.Increment(1));
            });
    }
}
