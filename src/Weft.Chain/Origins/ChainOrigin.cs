using Weft.Primitives;
using Weft.State;

namespace Weft.Chain.Origins;

/// <summary>A chain's origin, with what the chain has erased of it.</summary>
internal sealed class ChainOrigin(IOrigin origin, ulong number)
{
    private readonly Erasures _erasures = new();

    /// <summary>Of the database, whose state is that after a block.</summary>
    public IStateView Over(IStateView own, ulong block) => new OriginView(own, origin, _erasures, block);

    /// <summary>Before the changes of a block, or of an edit after it, reach the database.</summary>
    public void Note(StateChanges changes, ulong block) => _erasures.Note(changes, block);

    /// <summary>Below the genesis; zero above it.</summary>
    public Hash256 GetBlockHash(ulong block) => block < number ? origin.GetBlockHash(block) : default;
}
