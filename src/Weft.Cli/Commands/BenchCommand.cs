using System.CommandLine;
using Weft.Cli.Bench;

namespace Weft.Cli.Commands;

/// <summary>weft bench: programs, blocks, state roots.</summary>
internal static class BenchCommand
{
    private const int DefaultRepeat = 9, RepeatMax = 10_000;

    public static Command Create(CommandContext context) => new("bench", "Measures speed, also beside other engines.")
    {
        CreatePrograms(context), CreateBlocks(context), CreateRoot(context), BenchImport.Create(context),
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

    private static Command CreateBlocks(CommandContext context)
    {
        var path = new Option<string?>("--file")
        {
            HelpName = "FILE", Description = "Block archive; mainnet/blocks.zip of the fixtures unless given",
        };
        var (peer, repeat, json) = (PeerOption(), RepeatOption(), JsonOption());
        var command = new Command(
            "blocks", "Times mainnet blocks, serially and in memory, beside published times of revm.")
        {
            path, peer, repeat, json,
        };
        command.SetAction(parsed => BenchBlocks.Run(
            context, parsed.GetValue(path), parsed.GetValue(peer) is not null, parsed.GetValue(repeat),
            parsed.GetValue(json)));
        Examples.AddTo(command, "weft bench blocks", "weft bench blocks --peer anvil --repeat 15");
        return command;
    }

    private static Command CreateRoot(CommandContext context)
    {
        var accounts = CountOption("--accounts", 1_000_000, 50_000_000, "Accounts of the state");
        var contracts = CountOption("--contracts", 1_000, 1_000_000, "How many of them have storage");
        var slots = CountOption("--slots", 1_000, 1_000_000, "Slots of each contract");
        var blocks = CountOption("--blocks", 60, 100_000, "Blocks whose median counts");
        var changes = CountOption("--changes", 10_000, 1_000_000, "Accounts and slots that a block changes, half each");
        var threads = CountOption("--threads", 2, 256, "Threads to compare with one");
        var json = JsonOption();
        var command = new Command("root", "Times state roots with one thread and with more, in turns.")
        {
            accounts, contracts, slots, blocks, changes, threads, json,
        };
        command.SetAction(parsed => BenchRoot.Run(
            context, new RootBenchSize(
                parsed.GetValue(accounts), parsed.GetValue(contracts), parsed.GetValue(slots), parsed.GetValue(blocks),
                parsed.GetValue(changes), parsed.GetValue(threads)),
            parsed.GetValue(json)));
        Examples.AddTo(command, "weft bench root", "weft bench root --accounts 100000 --changes 1000 --json");
        return command;
    }

    private static Option<int> CountOption(string name, int count, int max, string description)
    {
        var option = new Option<int>(name)
        {
            HelpName = "N", Description = $"{description}; {count:N0} unless given", DefaultValueFactory = _ => count,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < 1 || value > max))
                result.AddError($"{name} takes 1 to {max}.");
        });
        return option;
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
