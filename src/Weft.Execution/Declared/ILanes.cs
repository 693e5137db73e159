namespace Weft.Execution.Declared;

/// <summary>Which worker executes which parts of a block: each is given out once.</summary>
internal interface ILanes
{
    /// <summary>Begins a block by the estimated cost of each part.</summary>
    void Reset(ReadOnlySpan<ulong> costs);

    /// <summary>The next part of the worker's own lane.</summary>
    bool TryNext(int worker, out int part);

    /// <summary>Makes a lane for a worker that has none of what another has not begun. False when nothing is left.
    /// </summary>
    bool TrySteal(int worker);
}
