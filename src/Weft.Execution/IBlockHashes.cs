using Weft.Primitives;

namespace Weft.Execution;

/// <summary>Answers BLOCKHASH for the 256 blocks before.</summary>
public interface IBlockHashes
{
    Hash256 GetBlockHash(ulong number);
}
