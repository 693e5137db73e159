using Weft.Execution;
using Weft.Primitives;
using Weft.State;

namespace Weft.Chain.Origins;

/// <summary>The state that a chain begins with where its database does not have it: that of another chain, after the
/// block that the genesis stands for. Never changes; safe for concurrent readers. Whoever reads may wait, and an
/// <see cref="InvalidDataException"/> says that it cannot be read now.</summary>
public interface IOrigin : IStateReader, IBlockHashes
{
    /// <summary>False for code that no account had that was read so far.</summary>
    bool TryGetCode(in Hash256 codeHash, out ReadOnlyMemory<byte> code);
}
