using Weft.Evm;
using Weft.Execution;

namespace Weft.Chain.Stages;

/// <summary>What executing a block needs beside the block and the state. <paramref name="StateRoots"/> is asked before
/// Byzantium only.</summary>
public readonly record struct ExecutionContext(
    ForkRules Rules, IBlockHashes Hashes, bool IsDaoForkBlock, IStateRoots? StateRoots);
