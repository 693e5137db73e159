using System.CommandLine;
using Weft.Cli.Bench;

namespace Weft.Cli.Commands;

/// <summary>weft bench: programs, blocks, state roots, import, store.</summary>
internal static class BenchCommand
{
    private const int DefaultRepeat = 9, RepeatMax = 10_000;

    public static Command Create(CommandContext context) => new("bench", "Measures speed, also beside other engines.")
    {
        CreatePrograms(context), BenchBlocks.Create(context, PeerOption(), RepeatOption(), JsonOption()),
        CreateRoot(context), BenchImport.Create(context), BenchStore.Create(context),
        BenchNode.Create(context, PeerOption(), JsonOption()),
    };

    private static Command CreatePrograms(CommandContext context)
    {
        var file = new Option<string?>("--file")
        {
            HelpName = "FILE",
            Description = "Programs: an archive, a folder or a file; programs.zip of the fixtures unless given",
        };
        var filter = new Option<string?>("--filter")
        {
            HelpName = "TEXT", Description = "Only programs whose name contains this text",
        };
        var (peer, repeat, json) = (PeerOption(), RepeatOption(), JsonOption());
        var command = new Command(
            "programs", "Times EVM programs: medians after warm-up, in turns with a peer in one run.")
        {
            file, filter, peer, repeat, json,
        };
        command.SetAction(parsed => BenchPrograms.Run(
            context, parsed.GetValue(file), parsed.GetValue(filter), parsed.GetValue(peer) is not null,
            parsed.GetValue(repeat),
            parsed.GetValue(json)));
        Examples.AddTo(command, "weft bench programs", "weft bench programs --peer anvil",
            "weft bench programs --file snailtracer.json --repeat 31 --json");
        return command;
    }

    private static Command CreateRoot(CommandContext context)
    {
        var accounts = CountOption.Create("--accounts", 1_000_000, 1, 50_000_000, "Accounts of the state");
        var contracts = CountOption.Create("--contracts", 1_000, 1, 1_000_000, "How many of them have storage");
        var slots = CountOption.Create("--slots", 1_000, 1, 1_000_000, "Slots of each contract");
        var blocks = CountOption.Create("--blocks", 60, 1, 100_000, "Blocks whose median counts");
        var changes = CountOption.Create(
            "--changes", 10_000, 1, 1_000_000, "Accounts and slots that a block changes, half each");
        var threads = CountOption.Create("--threads", 2, 1, 256, "Threads to compare with one");
        var cache = CountOption.Create("--cache", 1024, 1, 1 << 20, "MiB of the store's cache");
        var json = JsonOption();
        var command = new Command("root", "Times state roots with one thread and with more, in turns.")
        {
            accounts, contracts, slots, blocks, changes, threads, cache, json,
        };
        command.SetAction(parsed => BenchRoot.Run(
            context, new RootBenchSize(
                parsed.GetValue(accounts), parsed.GetValue(contracts), parsed.GetValue(slots), parsed.GetValue(blocks),
                parsed.GetValue(changes), parsed.GetValue(threads), parsed.GetValue(cache)),
            parsed.GetValue(json)));
        Examples.AddTo(command, "weft bench root", "weft bench root --accounts 100000 --changes 1000 --json");
        return command;
    }

    private static Option<string?> PeerOption()
    {
        var peer = new Option<string?>("--peer")
        {
            Description = "Measure beside this engine: anvil, fetched from npm",
        };
        peer.AcceptOnlyFromAmong("anvil");
        return peer;
    }

    private static Option<int> RepeatOption()
    {
        var repeat = new Option<int>("--repeat")
        {
            HelpName = "N", Description = "Runs of which the median counts", DefaultValueFactory = _ => DefaultRepeat,
        };
        repeat.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > RepeatMax)
                result.AddError($"--repeat takes 1 to {RepeatMax}.");
        });
        return repeat;
    }

    private static Option<bool> JsonOption() => new("--json") { Description = "Write the result as JSON" };
}
