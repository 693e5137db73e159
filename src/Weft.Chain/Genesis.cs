using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Chain;

/// <summary>Block 0 and the state it begins with. The header's state root is that of the state.</summary>
public sealed record Genesis(BlockHeader Header, StateChanges State);
