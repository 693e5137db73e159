namespace Weft.Chain.Verification;

/// <summary>What <see cref="ChainVerifier"/> counted and found wrong, the first of it in sentences.</summary>
public sealed class ChainReport
{
    private const int FindingsKept = 20;
    private readonly List<string> _findings = [];

    public long Blocks { get; internal set; }

    public long Transactions { get; internal set; }

    public long Logs { get; internal set; }

    /// <summary>Blocks below the head that can be undone.</summary>
    public long UndoRecords { get; internal set; }

    public long FindingCount { get; private set; }

    public IReadOnlyList<string> Findings => _findings;

    internal void Add(string finding)
    {
        FindingCount++;
        if (_findings.Count < FindingsKept) _findings.Add(finding);
    }
}
