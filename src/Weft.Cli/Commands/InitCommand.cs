using System.CommandLine;
using Weft.Chain.BuiltIn;
using Weft.Cli.Data;

namespace Weft.Cli.Commands;

/// <summary>weft init [--chain NAME|FILE] --data DIR</summary>
internal static class InitCommand
{
    public static Command Create(CommandContext context)
    {
        var chain = new Option<string>("--chain")
        {
            HelpName = "CHAIN", Description = $"{string.Join(", ", BuiltInChains.Names)}, or a geth-style genesis.json",
            DefaultValueFactory = _ => "mainnet",
        };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command("init", "Makes a data folder that begins with the genesis of a chain.") { chain, json };
        var options = DataOptions.AddTo(command);
        command.SetAction(parsed => Run(
            context, parsed.GetValue(chain)!, options.Read(parsed), parsed.GetValue(json)));
        Examples.AddTo(command, "weft init", "weft init --chain sepolia --data /data/sepolia",
            "weft init --chain genesis.json --data chain/",
            "weft init --chain ../shared/fixtures/chains/prague-600.zip!genesis.json --data /tmp/prague");
        return command;
    }

    private static int Run(CommandContext context, string chain, DataSettings settings, bool json)
    {
        var folder = DataFolder.Create(settings.Folder, chain, out bool isNew);
        using var open = folder.OpenChain(settings);
        var head = open.Chain.Head;
        if (json)
        {
            context.WriteJson(new
            {
                Folder = folder.Path, Chain = folder.Spec.Name, folder.Spec.Forks.ChainId,
                Genesis = folder.Spec.Genesis.Header.Hash.ToString(),
                StateRoot = folder.Spec.Genesis.Header.StateRoot.ToString(), IsNew = isNew,
                Head = new { head.Number, Hash = head.Hash.ToString() },
            });
        }
        else if (isNew)
        {
            context.Output.WriteLine($"{folder.Path}: {folder.Spec.Name}, genesis {folder.Spec.Genesis.Header.Hash}");
        }
        else
        {
            context.Output.WriteLine($"{folder.Path}: holds {folder.Spec.Name} already, head {head.Number} {head.Hash}");
        }
        return (int)ExitCode.Success;
    }
}
