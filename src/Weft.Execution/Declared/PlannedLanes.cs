namespace Weft.Execution.Declared;

/// <summary>One worker executes lanes that are given: to measure what they take.</summary>
internal sealed class PlannedLanes : ILanes
{
    private int _next, _end, _count;

    /// <summary>The first part of each lane but that of the block, ascending; the block is one lane without.</summary>
    public IReadOnlyList<int> Starts { get; set; } = [];

    public void Reset(ReadOnlySpan<ulong> costs)
    {
        (_next, _count) = (0, costs.Length);
        _end = EndAfter(0);
    }

    public bool TryNext(int worker, out int part)
    {
        part = _next;
        if (part >= _end) return false;
        _next++;
        return true;
    }

    public bool TrySteal(int worker)
    {
        if (_next >= _count) return false;
        _end = EndAfter(_next);
        return true;
    }

    private int EndAfter(int part)
    {
        foreach (int start in Starts)
            if (start > part) return Math.Min(start, _count);
        return _count;
    }
}
