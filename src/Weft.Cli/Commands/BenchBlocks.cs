using System.CommandLine;
using Weft.Cli.Bench;
using Weft.Cli.Input;
using Weft.Cli.Programs;
using Weft.Execution.Strategies;

namespace Weft.Cli.Commands;

/// <summary>weft bench blocks</summary>
internal static class BenchBlocks
{
    private const string All = "all", Published = "published", None = "none";

    public static Command Create(
        CommandContext context, Option<string?> peer, Option<int> repeat, Option<bool> json)
    {
        var path = new Option<string?>("--file")
        {
            HelpName = "FILE",
            Description = "Blocks: an archive, a folder or a file; mainnet/blocks.zip of the fixtures unless given",
        };
        var mainnet = new Option<string>("--mainnet")
        {
            Description = "Which of them: all, published (those that other engines were timed with), none",
            DefaultValueFactory = _ => All,
        };
        mainnet.AcceptOnlyFromAmong(All, Published, None);
        var workloads = new Option<string[]>("--workload")
        {
            HelpName = "NAME", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [WorkloadCases.All],
            Description = "Blocks that are made up (`weft workload` lists them), all or none; also as a,b",
            CustomParser = result =>
                [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries))],
        };
        var (transactions, contention) = (WorkloadCommand.TransactionsOption(), WorkloadCommand.ContentionOption());
        var seed = WorkloadCommand.SeedOption();
        var strategies = StrategyOptions.CreateList(Strategy.Optimistic, Strategy.Auto);
        var threads = StrategyOptions.CreateThreadList();
        var command = new Command(
            "blocks",
            "Times the state transition of blocks, in memory, under several strategies in turns, and compares every "
            + "result with the serial one.")
        {
            path, mainnet, workloads, transactions, contention, seed, strategies, threads, peer, repeat, json,
        };
        command.SetAction(parsed => Run(context, new(
            parsed.GetValue(path), parsed.GetValue(mainnet)!,
            new(parsed.GetValue(workloads)!, new(
                parsed.GetValue(transactions), parsed.GetValue(seed), parsed.GetValue(contention))),
            StrategyOptions.OrUsual(parsed.GetValue(strategies), Strategy.Optimistic, Strategy.Auto),
            parsed.GetValue(threads)!, parsed.GetValue(peer) is not null, parsed.GetValue(repeat),
            parsed.GetValue(json))));
        Examples.AddTo(
            command, "weft bench blocks", "weft bench blocks --workload swaps-64,heavy --mainnet none --threads 1,2,4",
            "weft bench blocks --mainnet published --strategy auto --peer anvil --repeat 15",
            "weft bench blocks --strategy optimistic,auto --threads 1,2,4 --json");
        return command;
    }

    private sealed record Settings(
        string? Path, string Mainnet, WorkloadCases Workloads, Strategy[] Strategies, int[] Threads, bool WithPeer,
        int Repeat, bool IsJson);

    private static int Run(CommandContext context, Settings settings)
    {
        var configurations = settings.Strategies
            .SelectMany(strategy => settings.Threads, (strategy, threads) => new BlockConfiguration(strategy, threads))
            .Where(configuration => configuration.Strategy != Strategy.Serial);
        string machine = Machine.Describe();
        using var bench = new BlockBench(configurations, settings.Repeat, context.Cancellation);
        var figures = new List<BlockFigures>();
        if (settings.Mainnet != None) MeasureMainnet(context, settings, bench, figures);
        MeasureWorkloads(context, settings, bench, figures);
        if (figures.Count == 0)
            throw new InputException("", "", "nothing to measure", "look at --mainnet and --workload");
        double? scale = null;
        if (settings.WithPeer) scale = ScalePublished(context, settings, figures);
        var report = new BlockBenchReport(machine, figures, scale);
        if (settings.IsJson) context.WriteJson(report.ToJson());
        else report.Write(context);
        return (int)(figures.All(block => block.Difference is null) ? ExitCode.Success : ExitCode.Different);
    }

    private static void MeasureMainnet(
        CommandContext context, Settings settings, BlockBench bench, List<BlockFigures> figures)
    {
        string path = settings.Path ?? Repository.Fixture("mainnet/blocks.zip")
            ?? throw new InputException("", "", "the fixtures are not here", "name blocks with --file");
        using var cases = new MainnetCases(path, settings.Mainnet == Published);
        Measure(context, "mainnet blocks", cases.Names, cases.Read, settings, bench, figures);
    }

    private static void MeasureWorkloads(
        CommandContext context, Settings settings, BlockBench bench, List<BlockFigures> figures)
    {
        Measure(
            context, "workloads", settings.Workloads.Workloads,
            workload => settings.Workloads.Make(workload, context.Cancellation), settings, bench, figures);
    }

    private static void Measure<T>(
        CommandContext context, string title, IReadOnlyCollection<T> blocks, Func<T, BlockCase> make,
        Settings settings, BlockBench bench, List<BlockFigures> figures)
    {
        context.WithProgress(title, 2 * blocks.Count, settings.IsJson, done =>
        {
            foreach (var block in blocks)
            {
                bench.Rehearse(make(block), blocks.Count);
                done();
            }
            foreach (var block in blocks)
            {
                figures.Add(bench.Measure(make(block)));
                done();
            }
        });
    }

    /// <summary>Makes of published times what they would be on this machine. Returns the factor, by what anvil takes
    /// for programs; blocks of another contract than the published one have a factor of their own.</summary>
    private static double? ScalePublished(CommandContext context, Settings settings, List<BlockFigures> figures)
    {
        var others = figures.Where(block => block.Block.Published is { IsOtherContract: true }).ToArray();
        EvmProgram[] programs =
        [
            .. BenchPrograms.ReadPrograms(null)
                .Where(program => PublishedFigures.AnvilPrograms.ContainsKey(program.Name)),
            .. others.Select(block => EvmProgram.OfFirstTransaction(block.Block.Name, block.Block.Input)),
        ];
        var measured = BenchPrograms.Measure(context, programs, true, settings.Repeat, settings.IsJson);
        double? scale = BenchPrograms.PeerScale(measured);
        for (int i = 0; i < figures.Count; i++)
        {
            var block = figures[i].Block;
            if (block.Published is not { } published) continue;
            double? factor = published.IsOtherContract
                ? measured.Last(program => program.Name == block.Name).PeerMilliseconds * figures[i].Transactions
                    / published.Revm
                : scale;
            figures[i] = figures[i] with { Block = block with { Published = published.Scaled(factor ?? 1) } };
        }
        return scale;
    }
}
