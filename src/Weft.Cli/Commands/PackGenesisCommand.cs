using System.CommandLine;
using Weft.Chain;
using Weft.Chain.BuiltIn;
using Weft.Cli.Chains;
using Weft.Cli.Input;

namespace Weft.Cli.Commands;

/// <summary>weft pack-genesis NAME PATH OUT: makes what src/Weft.Chain/BuiltIn holds. Not shown in the help.</summary>
internal static class PackGenesisCommand
{
    public static Command Create(CommandContext context)
    {
        var name = new Argument<string>("NAME") { Description = "A chain that is built in" };
        var path = new Argument<string>("PATH") { Description = "Its genesis.json, or ARCHIVE.zip!ENTRY" };
        var output = new Argument<string>("OUT") { Description = "The file to write" };
        var command = new Command("pack-genesis", "Packs the genesis of a chain that is built in.")
        {
            name, path, output,
        };
        command.Hidden = true;
        command.SetAction(parsed => Run(
            context, parsed.GetValue(name)!, parsed.GetValue(path)!, parsed.GetValue(output)!));
        return command;
    }

    private static int Run(CommandContext context, string name, string path, string output)
    {
        var network = Network.All.FirstOrDefault(network => network.Name == name)
            ?? throw new InputException(name, "", "is not built in", string.Join(", ", BuiltInChains.Names));
        using var file = InputFile.Open(path);
        var genesis = GenesisReader.ReadGenesis(JsonCursor.Parse(file.ReadAll(), path), network.Forks);
        File.WriteAllBytes(output, BuiltInChains.Pack(genesis));
        context.Output.WriteLine($"{name}: {genesis.Header.Hash}");
        return (int)ExitCode.Success;
    }
}
