using System.CommandLine;
using Weft.Chain;
using Weft.Chain.Files;
using Weft.Cli.Input;
using Weft.Cli.Samples;
using Weft.State.Store;

namespace Weft.Cli.Commands;

/// <summary>weft generate FOLDER: a chain of our own making.</summary>
internal static class GenerateCommand
{
    private const int CountMax = 100_000_000;

    public static Command Create(CommandContext context)
    {
        var folder = new Argument<string>("FOLDER") { Description = "Where genesis.json and chain.rlp are written" };
        var size = new GeneratedChainOptions();
        var blocks = CountOption.Create("--blocks", 100, 0, CountMax, "Blocks after the genesis");
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command(
            "generate", "Makes a chain of signed transfers and contract calls, for measurements; the same for a seed.")
        {
            folder, blocks, json,
        };
        size.AddTo(command);
        command.SetAction(parsed => Run(
            context, parsed.GetValue(folder)!, size.Read(parsed), parsed.GetValue(blocks), parsed.GetValue(json)));
        Examples.AddTo(command, "weft generate /tmp/chain", "weft generate /tmp/chain --accounts 1000 --blocks 500",
            "weft init --chain /tmp/chain/genesis.json --data /tmp/data",
            "weft import /tmp/chain/chain.rlp --data /tmp/data");
        return command;
    }

    private static int Run(CommandContext context, string path, GeneratedChainSize size, int blocks, bool json)
    {
        string genesis = Path.Combine(path, "genesis.json"), chainFile = Path.Combine(path, "chain.rlp");
        using var generated = new GeneratedChain(size);
        using var database = Database.CreateTemporary([.. StateStore.TableNames, .. ChainStore.TableNames]);
        using var chain = Blockchain.Open(database, generated.Spec);
        try
        {
            Directory.CreateDirectory(path);
            using (var stream = File.Create(genesis)) GenesisWriter.Write(generated.Spec, stream);
            using var output = File.Create(chainFile);
            context.WithProgress("blocks", blocks, json, done =>
            {
                for (int i = 0; i < blocks; i++)
                {
                    context.Cancellation.ThrowIfCancellationRequested();
                    var block = generated.Next(chain);
                    Add(chain, block);
                    output.Write(block.Encode());
                    done();
                }
            });
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not DatabaseException)
        {
            throw new InputException(path, "", e.Message, "name a folder that can be written");
        }
        if (json)
            context.WriteJson(new { Genesis = genesis, Chain = chainFile, Head = chain.Head.Hash.ToString(), size });
        else context.Output.WriteLine($"{genesis}, {chainFile}: {blocks} blocks, head {chain.Head.Hash}");
        return (int)ExitCode.Success;
    }

    /// <summary>The block was built on the head.</summary>
    public static void Add(Blockchain chain, Primitives.Blocks.Block block)
    {
        var result = chain.Import(block);
        if (result.Status != ImportStatus.Extended)
            throw new InvalidOperationException($"the generated block is {result.Status}: {result.Result.Detail}");
    }
}
