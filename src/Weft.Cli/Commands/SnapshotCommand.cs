using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Weft.Cli.Data;
using Weft.Cli.Input;
using Weft.Cli.Snapshots;
using Weft.Node.Forks;

namespace Weft.Cli.Commands;

/// <summary>weft snapshot --rpc URL BLOCK…</summary>
internal static class SnapshotCommand
{
    private const int BlocksMax = 1000, RateMax = 1_000_000;

    public static Command Create(CommandContext context)
    {
        var blocks = new Argument<string[]>("BLOCK")
        {
            Description = "Numbers, hashes or latest", Arity = ArgumentArity.OneOrMore,
        };
        var rpc = new Option<string>("--rpc")
        {
            HelpName = "URL", Required = true, Description = "The JSON-RPC endpoint of any node: http or https",
        };
        var output = new Option<string?>("--out")
        {
            HelpName = "FILE|FOLDER", Description = "An archive (.zip), or a folder; NUMBER.zip unless given",
        };
        var chain = new Option<string?>("--chain", "--genesis")
        {
            HelpName = "CHAIN",
            Description = "A built-in chain or a genesis.json, for its forks; otherwise they follow from chain id, "
                + "eth_config and the header",
        };
        var rate = CountOption.Create("--rate-limit", 0, 0, RateMax, "Calls a second; 0: as fast as the node answers");
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command(
            "snapshot",
            "Brings blocks with the state that they read from any node, so that `weft replay` can run them: by its "
            + "prestateTracer where it has one, otherwise by access lists and single reads. Each is proven first.")
        {
            blocks, rpc, output, chain, rate, json,
        };
        command.SetAction(parsed => Run(
            context, parsed.GetValue(blocks)!, ReadUrl(parsed.GetValue(rpc)!), parsed.GetValue(output),
            parsed.GetValue(chain), parsed.GetValue(rate), parsed.GetValue(json)));
        Examples.AddTo(
            command, "weft snapshot --rpc http://localhost:8545 latest",
            "weft snapshot --rpc https://node.example/key 22000000 22000001 --out blocks.zip",
            "weft snapshot --rpc http://localhost:8545 7 --genesis genesis.json --out my-blocks --json",
            "weft replay 22000000.zip");
        return command;
    }

    /// <exception cref="InputException">It is no URL of HTTP.</exception>
    internal static Uri ReadUrl(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new InputException(url, "", "is no http or https URL", "e.g. http://localhost:8545");

    private static int Run(
        CommandContext context, string[] ids, Uri url, string? output, string? chain, int rate, bool json)
    {
        if (ids.Length > BlocksMax)
            throw new InputException("", "", $"{ids.Length} blocks are too many for one file", $"at most {BlocksMax}");
        using var node = new RemoteNode(url, new() { CallsPerSecond = rate }, context.Cancellation);
        var taken = new List<BlockSnapshot>();
        try
        {
            using var taker = new SnapshotTaker(node, chain is null ? null : DataFolder.FindSpec(chain));
            context.WithProgress(node.Name, ids.Length, json, done =>
            {
                foreach (string id in ids.Distinct())
                {
                    var block = taker.Take(id);
                    if (taken.TrueForAll(other => other.Block.Header.Number != block.Block.Header.Number))
                        taken.Add(block);
                    done();
                }
            });
        }
        catch (RemoteException e)
        {
            throw new InputException("", "", e.Message);
        }
        string path = output ?? $"{taken[0].Block.Header.Number.ToString(CultureInfo.InvariantCulture)}.zip";
        SnapshotFile.Write(path, taken);
        if (json) WriteJson(context, taken, path, node);
        else Write(context, taken, path, node);
        return (int)ExitCode.Success;
    }

    private static void Write(CommandContext context, List<BlockSnapshot> taken, string path, RemoteNode node)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("block", "fork");
        foreach (string column in (string[])["txs", "gas", "accounts", "slots"])
            table.AddColumn(new TableColumn(column).RightAligned());
        table.AddColumn("state by").AddColumn("proven");
        foreach (var block in taken)
            table.AddRow(
                $"{block.Block.Header.Number}", $"{block.Result.Rules.Fork}", $"{block.Block.Transactions.Count}",
                $"{block.Result.GasUsed}", $"{CountAccounts(block)}", $"{CountSlots(block)}", block.Source,
                string.Join(", ", block.Result.Proven));
        context.Console.Write(table);
        context.Output.WriteLine($"{path}: {taken.Count} blocks by {node.Requests} requests to {node.Name}");
        context.Output.WriteLine($"weft replay {path}");
    }

    private static void WriteJson(CommandContext context, List<BlockSnapshot> taken, string path, RemoteNode node) =>
        context.WriteJson(new
        {
            File = path, node.Requests,
            Blocks = taken.Select(block => new
            {
                block.Block.Header.Number, Hash = block.Block.Header.Hash.ToString(), ChainId = block.Chain?.Id ?? 1,
                Fork = block.Result.Rules.Fork.ToString(), Transactions = block.Block.Transactions.Count,
                block.Result.GasUsed, Accounts = CountAccounts(block), Slots = CountSlots(block),
                StateBy = block.Source, HasSystemCalls = block.Chain?.HasSystemCalls ?? true, block.Result.Proven,
            }),
        });

    private static int CountAccounts(BlockSnapshot block) => block.State.Accounts.Count();

    private static int CountSlots(BlockSnapshot block) =>
        block.State.Accounts.Sum(account => block.State.GetSlots(account.Key).Count);
}
