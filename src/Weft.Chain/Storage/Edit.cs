using Weft.Primitives;

namespace Weft.Chain.Storage;

/// <summary>A change by hand to the state after a block: the root that it led to, and the record that undoes it.
/// </summary>
internal readonly record struct Edit(Hash256 StateRoot, byte[] Undo);
