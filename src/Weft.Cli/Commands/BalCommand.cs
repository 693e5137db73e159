using System.CommandLine;
using Weft.Cli.AccessLists;
using Weft.Cli.Input;
using Weft.Cli.Replay;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Access;
using Weft.Execution.Strategies;
using Weft.Node.Parallelism;
using Weft.Primitives.Blocks;

namespace Weft.Cli.Commands;

/// <summary>weft bal build|show</summary>
internal static class BalCommand
{
    private const string UsualOutput = "lists";

    public static Command Create(CommandContext context)
    {
        var command = new Command(
            "bal", "Block access lists (EIP-7928): what blocks access, with the values that they write.")
        {
            CreateBuild(context), CreateShow(context),
        };
        Examples.AddTo(command, "weft bal build ../shared/fixtures/mainnet/blocks.zip -o lists",
            "weft bal show lists --block 19426587", "weft replay --bal lists --threads 4");
        return command;
    }

    // ---- Build ----

    private static Command CreateBuild(CommandContext context)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Archives, folders or files with blocks, as replay takes them",
            Arity = ArgumentArity.OneOrMore,
        };
        var block = CreateBlockOption();
        var output = new Option<string>("--output", "-o")
        {
            HelpName = "DIR", DefaultValueFactory = _ => UsualOutput,
            Description = "The folder, or NAME.zip, that gets a file NUMBER.bal for each block",
        };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command(
            "build", "Executes blocks of any fork serially and writes down what they access.")
        {
            paths, block, output, json,
        };
        command.SetAction(parsed => Build(
            context, parsed.GetValue(paths)!, parsed.GetValue(block) ?? [], parsed.GetValue(output)!,
            parsed.GetValue(json)));
        Examples.AddTo(command, "weft bal build samples/ -o lists",
            "weft bal build ../shared/fixtures/mainnet/blocks.zip --block 19426587 -o lists.zip --json");
        return command;
    }

    private static int Build(CommandContext context, string[] paths, ulong[] blocks, string output, bool json)
    {
        var codes = new CodeCache();
        var lists = new List<(ulong Number, BlockAccessList List, byte[] Bytes)>();
        foreach (string path in paths)
        {
            using var folder = InputFolder.Open(path);
            var reader = new BlockFileReader(folder);
            var names = ReplayCommand.Select(folder, path, blocks);
            context.WithProgress(path, names.Count, json, done =>
            {
                foreach (string name in names)
                {
                    context.Cancellation.ThrowIfCancellationRequested();
                    var file = reader.Read(name);
                    var list = Build(file, codes);
                    lists.Add((file.Block.Header.Number, list, list.Encode()));
                    done();
                }
            });
        }
        AccessListFolder.Write(output, lists.ConvertAll(list => (list.Number, list.Bytes)));
        if (json)
        {
            context.WriteJson(new
            {
                Output = output,
                Blocks = lists.Select(list => AccessListReport.Summary(list.Number, list.List, list.Bytes.Length)),
            });
            return (int)ExitCode.Success;
        }
        AccessListReport.Write(context, lists.Select(list => (list.Number, list.List, list.Bytes.Length)));
        context.Output.WriteLine(
            $"{lists.Count} lists in {output}, {lists.Sum(list => (long)list.Bytes.Length):N0} bytes");
        return (int)ExitCode.Success;
    }

    private static BlockAccessList Build(BlockFile file, CodeCache codes)
    {
        ForkRules rules = file.FindRules();
        using var recorder = new FootprintRecorder(rules, file.ChainId, codes, file.Chain?.DepositContract);
        var recorded = recorder.Record(new(file.Block, file.State, file.Hashes)
        {
            IsDaoForkBlock = file.IsDaoForkBlock,
        });
        var result = recorded.Output.Seal();
        return result.Error == BlockError.None
            ? AccessListBuilder.Build(recorded.Footprints)
            : throw new InputException(file.Source, "block", $"is invalid: {result.Error}: {result.Detail}");
    }

    // ---- Show ----

    private static Command CreateShow(CommandContext context)
    {
        var path = new Argument<string>("PATH") { Description = "A folder, an archive or a file of lists" };
        var block = CreateBlockOption();
        var json = new Option<bool>("--json") { Description = "Write the lists in full as JSON" };
        var command = new Command("show", "Shows block access lists, and the accounts where it is only one.")
        {
            path, block, json,
        };
        command.SetAction(parsed => Show(
            context, parsed.GetValue(path)!, parsed.GetValue(block) ?? [], parsed.GetValue(json)));
        Examples.AddTo(command, "weft bal show lists", "weft bal show lists.zip --block 19426587",
            "weft bal show lists/19426587.bal --json");
        return command;
    }

    private static int Show(CommandContext context, string path, ulong[] blocks, bool json)
    {
        using var folder = AccessListFolder.Open(path);
        var numbers = folder.Numbers.Where(number => blocks.Length == 0 || blocks.Contains(number)).ToArray();
        if (numbers.Length == 0)
            throw new InputException(path, "", $"holds no list of block {string.Join(" or ", blocks)}");
        var lists = numbers.Select(number => (Number: number, List: folder.Find(number)!)).ToArray();
        if (json)
        {
            context.WriteJson(lists.Select(list => new
            {
                list.Number, Hash = list.List.ComputeHash().ToString(),
                Accounts = list.List.Accounts.Select(AccessListJson.Of),
            }));
            return (int)ExitCode.Success;
        }
        AccessListReport.Write(context, lists.Select(list => (list.Number, list.List, list.List.Encode().Length)));
        if (lists.Length == 1) AccessListReport.WriteAccounts(context, lists[0].List);
        return (int)ExitCode.Success;
    }

    private static Option<ulong[]> CreateBlockOption() => new("--block")
    {
        HelpName = "NUMBER", Description = "Only the block of this number; may be repeated",
    };
}
