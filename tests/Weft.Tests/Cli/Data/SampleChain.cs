using Weft.Chain;
using Weft.Chain.Files;
using Weft.Cli.Samples;
using Weft.Primitives.Blocks;
using Weft.State.Store;

namespace Weft.Tests.Cli.Data;

/// <summary>A small generated chain as files: a genesis.json and its blocks.</summary>
internal static class SampleChain
{
    public const int Length = 30;

    private static readonly Lazy<(byte[] Genesis, List<Block> Blocks)> Files = new(Generate);

    public static byte[] Genesis => Files.Value.Genesis;

    public static IReadOnlyList<Block> Blocks => Files.Value.Blocks;

    /// <summary>Concatenated RLP of blocks 1 to the last.</summary>
    public static byte[] Rlp(IEnumerable<Block> blocks) => [.. blocks.SelectMany(block => block.Encode())];

    private static (byte[], List<Block>) Generate()
    {
        using var generated = new GeneratedChain(new(60, 3, 20, 40));
        using var database = Database.CreateTemporary([.. StateStore.TableNames, .. ChainStore.TableNames]);
        using var chain = Blockchain.Open(database, generated.Spec);
        using var genesis = new MemoryStream();
        GenesisWriter.Write(generated.Spec, genesis);
        var blocks = new List<Block>();
        for (int i = 0; i < Length; i++)
        {
            blocks.Add(generated.Next(chain));
            if (chain.Import(blocks[i]).Status != ImportStatus.Extended) throw new InvalidOperationException("invalid");
        }
        return (genesis.ToArray(), blocks);
    }
}
