using Weft.Execution;
using Weft.Primitives;

namespace Weft.Cli.Simulation;

/// <summary>Every block has its number for a hash.</summary>
internal sealed class NoHashes : IBlockHashes
{
    public static readonly NoHashes Instance = new();

    public Hash256 GetBlockHash(ulong number) => Hash256.FromWord(number);
}
