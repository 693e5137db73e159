using Weft.State;

namespace Weft.Execution.Access;

/// <summary>A block executed serially, and what each of its parts read and changed.</summary>
/// <param name="Output">As serial execution gives it.</param>
/// <param name="Changes">Likewise.</param>
/// <param name="Footprints">By block access index, so two more than transactions; fewer where the block is
/// invalid.</param>
public sealed record BlockFootprints(
    ExecutedBlock Output, StateChanges Changes, IReadOnlyList<TransactionFootprint> Footprints);
