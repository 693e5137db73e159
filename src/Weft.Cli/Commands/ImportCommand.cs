using System.CommandLine;
using Weft.Chain;
using Weft.Chain.Files;
using Weft.Chain.Import;
using Weft.Cli.Data;
using Weft.Cli.Input;

namespace Weft.Cli.Commands;

/// <summary>weft import FILE… --data DIR</summary>
internal static class ImportCommand
{
    public static Command Create(CommandContext context)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Files of blocks in order: concatenated RLP or era1, also in gzip, or ARCHIVE.zip!ENTRY",
            Arity = ArgumentArity.OneOrMore,
        };
        var strategy = StrategyOptions.Create();
        var verbose = new Option<bool>("--verbose")
        {
            Description = "A line whenever blocks have been committed, instead of the progress bar",
        };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command(
            "import", "Executes blocks from files and proves every state root; goes on where it was interrupted.")
        {
            files, strategy, verbose, json,
        };
        var options = DataOptions.AddTo(command);
        command.SetAction(parsed => Run(
            context, parsed.GetValue(files)!, options.Read(parsed) with { Strategy = parsed.GetValue(strategy) },
            parsed.GetValue(verbose), parsed.GetValue(json)));
        Examples.AddTo(command, "weft import chain.rlp.gz", "weft import sepolia-*.era1 --data /data/sepolia",
            "weft import chain.rlp.gz --strategy serial --threads 4",
            "weft import ../shared/fixtures/chains/prague-600.zip!chain.rlp --data /tmp/prague --cache 1G");
        return command;
    }

    private static int Run(CommandContext context, string[] paths, DataSettings settings, bool verbose, bool json)
    {
        foreach (string path in paths) InputFile.Open(path).Dispose();
        using var open = DataFolder.Open(settings.Folder).OpenChain(settings);
        var report = new ImportReport(open.Chain.Head);
        var importer = new FileImporter(open.Chain, report.Progress);
        using (var display = new ImportDisplay(context, report, quiet: json, verbose))
        {
            foreach (string path in paths)
            {
                report.Add(path, ImportFile(importer, path, display, context.Cancellation));
                if (report.Last.End != ImportEnd.Complete) break;
            }
        }
        report.Head = open.Chain.Head;
        if (json) context.WriteJson(report.ToJson());
        else report.Write(context);
        return (int)Judge(report.Last);
    }

    private static ImportOutcome ImportFile(
        FileImporter importer, string path, ImportDisplay display, CancellationToken cancellation)
    {
        using var file = InputFile.Open(path);
        try
        {
            return importer.Import(() => BlockFile.Open(display.Begin(file), path), cancellation);
        }
        catch (BlockFileException e)
        {
            // Said like any other way of ending, with what was imported before.
            return new(ImportEnd.Unusable, Reason: e.Message);
        }
    }

    private static ExitCode Judge(ImportOutcome outcome) => outcome.End switch
    {
        ImportEnd.Complete => ExitCode.Success,
        ImportEnd.InvalidBlock => ExitCode.Different,
        ImportEnd.Cancelled => ExitCode.Cancelled,
        _ => ExitCode.BadInput,
    };
}
