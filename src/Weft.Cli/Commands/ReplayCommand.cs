using System.CommandLine;
using Weft.Cli.AccessLists;
using Weft.Cli.Input;
using Weft.Cli.Replay;
using Weft.Execution.Strategies;

namespace Weft.Cli.Commands;

/// <summary>weft replay [PATH…]</summary>
internal static class ReplayCommand
{
    private const int RepeatMax = 100_000;

    public static Command Create(CommandContext context)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Archives, folders or files with blocks; without one the fixtures, or else the sample",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var repeat = new Option<int>("--repeat")
        {
            HelpName = "N",
            Description = "Execute each block so many times more, in memory, and show the median and the fastest time",
        };
        var block = new Option<ulong[]>("--block")
        {
            HelpName = "NUMBER", Description = "Only the block of this number; may be repeated",
        };
        var (strategy, threads) = (StrategyOptions.Create(), StrategyOptions.CreateThreads());
        var lists = new Option<string?>("--bal")
        {
            HelpName = "DIR",
            Description = "Execute blocks by their block access lists (see: weft bal build), with strategy declared "
                + "unless another is given",
        };
        var verbose = new Option<bool>("--verbose") { Description = "Show how each block was executed" };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        repeat.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > RepeatMax)
                result.AddError($"--repeat takes 0 to {RepeatMax}.");
        });
        var command = new Command("replay", "Executes real blocks and proves each against its own header.")
        {
            paths, block, repeat, strategy, threads, lists, verbose, json,
        };
        var seeds = new SeedReplay(strategy, verbose, json);
        seeds.AddTo(command);
        command.SetAction(parsed => seeds.TryRun(context, parsed) ?? Run(
            context, parsed.GetValue(paths) ?? [], new(
                parsed.GetValue(block) ?? [], parsed.GetValue(repeat), parsed.GetValue(strategy),
                parsed.GetValue(threads), parsed.GetValue(lists), parsed.GetValue(verbose), parsed.GetValue(json))));
        Examples.AddTo(command, "weft replay", "weft replay ../shared/fixtures/mainnet/blocks.zip --block 4370000",
            "weft replay ../shared/fixtures/mainnet/witness.zip", "weft replay samples/ --repeat 50",
            "weft replay --strategy serial", "weft replay --strategy optimistic --threads 4 --verbose",
            "weft replay --bal lists --threads 4 --verbose", "weft replay blocks/19426587.json --json",
            "weft replay --seed 42 --shrink --verbose");
        return command;
    }

    private sealed record Settings(
        ulong[] Blocks, int Repeat, Strategy Strategy, int Threads, string? Lists, bool IsVerbose, bool IsJson);

    private static int Run(CommandContext context, string[] paths, Settings settings)
    {
        if (paths.Length == 0) paths = [DefaultPath()];
        var report = new ReplayReport();
        using var lists = settings.Lists is { } given ? AccessListFolder.Open(given) : null;
        var strategy = lists is not null && settings.Strategy == Strategy.Auto ? Strategy.Declared : settings.Strategy;
        using var replay = new BlockReplay(strategy, settings.Threads);
        foreach (string path in paths)
        {
            using var folder = InputFolder.Open(path);
            var names = Select(folder, path, settings.Blocks);
            context.WithProgress(path, names.Count, settings.IsJson, done =>
            {
                foreach (string name in names)
                {
                    context.Cancellation.ThrowIfCancellationRequested();
                    var file = report.TimeReading(() => Read(report.ReaderOf(folder), name, lists));
                    report.Add(ReplayOne(file, replay, settings.Repeat, context.Cancellation));
                    done();
                }
            });
        }
        if (settings.IsJson) context.WriteJson(report.ToJson());
        else report.Write(context, settings.IsVerbose);
        return (int)(report.IsAllProven ? ExitCode.Success : ExitCode.Different);
    }

    private static BlockFile Read(BlockFileReader reader, string name, AccessListFolder? lists)
    {
        var file = reader.Read(name);
        return lists is null ? file : file with { AccessList = lists.Find(file.Block.Header.Number) };
    }

    private static ReplayResult ReplayOne(
        BlockFile file, BlockReplay replay, int repeat, CancellationToken cancellation)
    {
        var result = replay.Replay(file);
        if (repeat == 0 || result.Proven.Count == 0) return result;
        var times = replay.Repeat(file, repeat, cancellation).Transition;
        return result with { Times = times, Summary = replay.Summary };
    }

    /// <summary>The names of the blocks that were asked for.</summary>
    internal static IReadOnlyList<string> Select(InputFolder folder, string path, ulong[] blocks)
    {
        var names = folder.Names.Count == 1 ? folder.Names : BlockFileReader.FindBlocks(folder);
        if (names.Count == 0) throw new InputException(path, "", "holds no block file", "they are called NUMBER.json");
        if (blocks.Length == 0) return names;
        var selected = names.Where(
            name => BlockFileReader.TryReadNumber(name, out ulong number) && blocks.Contains(number)).ToArray();
        return selected.Length > 0
            ? selected
            : throw new InputException(path, "", $"holds no block {string.Join(" or ", blocks)}");
    }

    private static string DefaultPath()
    {
        if (Repository.Fixture("mainnet/blocks.zip") is { } fixture) return fixture;
        string? samples = Repository.Root is { } root ? Path.Combine(root, "samples") : null;
        return Directory.Exists(samples)
            ? samples
            : throw new InputException(
                "", "", "there are neither fixtures nor samples here", "name an archive, a folder or a file");
    }
}
