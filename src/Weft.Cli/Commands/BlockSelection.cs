using System.CommandLine;
using System.Globalization;
using Weft.Cli.Bench;
using Weft.Cli.Input;

namespace Weft.Cli.Commands;

/// <summary>PATH…, --block and --workload with its options: blocks to look at, from files or made up.</summary>
internal sealed class BlockSelection
{
    private readonly Argument<string[]> _paths = new("PATH")
    {
        Description = "Archives, folders or files with blocks; mainnet/blocks.zip of the fixtures when neither these "
            + "nor a workload are given",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<ulong[]> _blocks = new("--block")
    {
        HelpName = "NUMBER", Description = "Only the block of this number; may be repeated",
    };
    private readonly Option<string[]> _workloads = new("--workload")
    {
        HelpName = "NAME", AllowMultipleArgumentsPerToken = true,
        Description = "A block that is made up (`weft workload` lists them), or all of them; also as a,b",
        CustomParser = result =>
            [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries))],
    };
    private readonly Option<int?> _transactions = WorkloadCommand.TransactionsOption();
    private readonly Option<double?> _contention = WorkloadCommand.ContentionOption();
    private readonly Option<int> _seed = WorkloadCommand.SeedOption();

    public void AddTo(Command command)
    {
        command.Add(_paths);
        foreach (Option option in new Option[] { _blocks, _workloads, _transactions, _contention, _seed })
            command.Add(option);
    }

    /// <summary>Calls <paramref name="visit"/> with each, read or made when its turn comes.</summary>
    public void ForEach(CommandContext context, ParseResult parsed, bool quiet, Action<BlockCase> visit)
    {
        string[] paths = parsed.GetValue(_paths) ?? [], workloads = parsed.GetValue(_workloads) ?? [];
        if (paths.Length + workloads.Length == 0)
            paths = [Repository.Fixture("mainnet/blocks.zip") ?? throw new InputException(
                "", "", "the fixtures are not here", "name a file with blocks, or a workload with --workload")];
        foreach (string path in paths) VisitFiles(context, path, parsed.GetValue(_blocks) ?? [], quiet, visit);
        if (workloads.Length > 0)
            VisitWorkloads(
                context,
                new(workloads, new(
                    parsed.GetValue(_transactions), parsed.GetValue(_seed), parsed.GetValue(_contention))),
                quiet, visit);
    }

    private static void VisitFiles(
        CommandContext context, string path, ulong[] blocks, bool quiet, Action<BlockCase> visit)
    {
        using var cases = new MainnetCases(path, publishedOnly: false);
        string[] numbers = Array.ConvertAll(blocks, block => block.ToString(CultureInfo.InvariantCulture));
        string[] names = [.. cases.Names.Where(
            name => blocks.Length == 0 || numbers.Contains(Path.GetFileNameWithoutExtension(name)))];
        if (names.Length == 0)
            throw new InputException(path, "", $"holds no block {string.Join(" or ", numbers)}");
        context.WithProgress(path, names.Length, quiet, done =>
        {
            foreach (string name in names)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                visit(cases.Read(name));
                done();
            }
        });
    }

    private static void VisitWorkloads(
        CommandContext context, WorkloadCases cases, bool quiet, Action<BlockCase> visit) =>
        context.WithProgress("workloads", cases.Workloads.Count, quiet, done =>
        {
            foreach (var workload in cases.Workloads)
            {
                visit(cases.Make(workload, context.Cancellation));
                done();
            }
        });
}
