using System.Globalization;
using Spectre.Console;
using Weft.Cli.Bench;
using Weft.Cli.Input;
using Weft.Cli.Programs;

namespace Weft.Cli.Commands;

/// <summary>weft bench programs</summary>
internal static class BenchPrograms
{
    /// <summary>Below this a program's time is of the size of what RPC takes and varies.</summary>
    private const double PeerMillisecondsMin = 1;

    public static int Run(CommandContext context, string? file, string? filter, bool withPeer, int repeat, bool json)
    {
        var programs = ReadPrograms(file)
            .Where(program => filter is null || program.Name.Contains(filter, StringComparison.Ordinal)).ToArray();
        if (programs.Length == 0) throw new InputException("--filter", "", $"no program's name contains \"{filter}\"");
        string machine = Machine.Describe();
        var figures = Measure(context, programs, withPeer, repeat, json);
        if (json) WriteJson(context, machine, figures);
        else Write(context, machine, repeat, figures);
        return (int)(figures.All(IsSound) ? ExitCode.Success : ExitCode.Different);
    }

    public static IReadOnlyList<EvmProgram> ReadPrograms(string? file) =>
        ProgramArchive.Read(file ?? Repository.Fixture("programs.zip")
            ?? throw new InputException("", "", "the fixtures are not here", "name programs with --file"));

    public static List<ProgramFigures> Measure(
        CommandContext context, IReadOnlyList<EvmProgram> programs, bool withPeer, int repeat, bool quiet)
    {
        using var peer = withPeer
            ? AnvilPeer.Start(quiet ? TextWriter.Null : context.Output, context.Cancellation)
            : null;
        using var bench = new ProgramBench(peer, repeat, context.Cancellation);
        var figures = new List<ProgramFigures>();
        context.WithProgress("programs", programs.Count, quiet, done =>
        {
            foreach (var program in programs)
            {
                figures.Add(bench.Measure(program));
                done();
            }
        });
        return figures;
    }

    /// <summary>The anvil column of <see cref="PublishedFigures"/>, today's times over those: the factor by which this
    /// machine is slower now.</summary>
    public static double? PeerScale(IEnumerable<ProgramFigures> figures)
    {
        var ratios = figures
            .Where(figure => figure.PeerMilliseconds is not null)
            .Where(figure => PublishedFigures.AnvilPrograms.ContainsKey(figure.Name))
            .Select(figure => figure.PeerMilliseconds!.Value / PublishedFigures.AnvilPrograms[figure.Name]).ToArray();
        return ratios.Length == 0 ? null : GeometricMean(ratios);
    }

    private static bool IsSound(ProgramFigures figure) =>
        figure.SameOutput != false && (figure.PeerGas is null || figure.PeerGas == figure.Gas);

    private static double GeometricMean(IEnumerable<double> values) => Math.Exp(values.Average(Math.Log));

    // ---- Output ----

    private static void Write(CommandContext context, string machine, int repeat, List<ProgramFigures> figures)
    {
        bool beside = figures.Any(figure => figure.Ratio is not null);
        var table = new Table().Border(TableBorder.Simple).AddColumn("program");
        string[] columns = beside
            ? ["gas", "ms", "Mgas/s", "anvil ms", "rpc ms", "anvil/weft", "allocated bytes"]
            : ["gas", "ms", "Mgas/s", "allocated bytes"];
        foreach (string column in columns)
            table.AddColumn(new TableColumn(column).RightAligned());
        table.AddColumn("output");
        foreach (var figure in figures) table.AddRow([.. Row(figure, beside)]);
        context.Output.WriteLine(machine);
        context.Console.Write(table);
        if (!beside) return;
        context.Output.WriteLine(
            $"anvil {AnvilPeer.Version} / weft, medians of {repeat} or more, in turns within one run:");
        WriteSummary(context.Output, "all programs", figures);
        WriteSummary(
            context.Output, $"anvil above {PeerMillisecondsMin} ms, where RPC hardly blurs it",
            figures.Where(figure => figure.PeerMilliseconds >= PeerMillisecondsMin).ToArray());
        foreach (var figure in figures.Where(figure => !IsSound(figure)))
            context.Output.WriteLine($"DIFFERS {figure.Name}: gas {figure.Gas}, anvil {figure.PeerGas}; "
                + (figure.SameOutput == false ? "another output" : "same output"));
    }

    private static void WriteSummary(TextWriter output, string title, IReadOnlyList<ProgramFigures> figures)
    {
        if (figures.Count == 0) return;
        var least = figures.MinBy(figure => figure.Ratio)!;
        output.WriteLine(
            $"  {title}: {figures.Count}, geometric mean {Format(GeometricMean(figures.Select(f => f.Ratio!.Value)))}, "
            + $"minimum {Format(least.Ratio!.Value)} ({least.Name})");
    }

    private static IEnumerable<string> Row(ProgramFigures figure, bool beside)
    {
        yield return Markup.Escape(figure.Name);
        yield return figure.Gas.ToString("N0", CultureInfo.InvariantCulture);
        yield return Format(figure.Milliseconds);
        yield return figure.MgasPerSecond.ToString("F0", CultureInfo.InvariantCulture);
        if (beside)
        {
            yield return Format(figure.PeerMilliseconds!.Value);
            yield return Format(figure.RpcMilliseconds!.Value);
            yield return Format(figure.Ratio!.Value);
        }
        yield return figure.AllocatedBytes.ToString("N0", CultureInfo.InvariantCulture);
        string output = figure.OutputHash.ToString()[..10];
        yield return figure.Halt == "Success" ? output : $"[red]{figure.Halt}[/] {output}";
    }

    private static void WriteJson(CommandContext context, string machine, List<ProgramFigures> figures)
    {
        var ratios = figures.Where(figure => figure.Ratio is not null).Select(figure => figure.Ratio!.Value).ToArray();
        context.WriteJson(new
        {
            Machine = machine,
            Peer = ratios.Length > 0 ? $"anvil {AnvilPeer.Version}" : null,
            GeometricMean = ratios.Length > 0 ? GeometricMean(ratios) : (double?)null,
            Minimum = ratios.Length > 0 ? ratios.Min() : (double?)null,
            Programs = figures.Select(figure => new
            {
                figure.Name, figure.Gas, figure.Milliseconds, figure.MgasPerSecond, figure.AllocatedBytes,
                OutputHash = figure.OutputHash.ToString(), figure.Halt, figure.PeerMilliseconds, figure.RpcMilliseconds,
                figure.PeerGas, figure.SameOutput, figure.Ratio,
            }),
        });
    }

    private static string Format(double value) =>
        value.ToString(value < 10 ? "F3" : "F1", CultureInfo.InvariantCulture);
}
