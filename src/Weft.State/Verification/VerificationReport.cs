namespace Weft.State.Verification;

/// <summary>What a verification found wrong, the first of it in sentences.</summary>
public abstract class VerificationReport
{
    private const int FindingsKept = 20;
    private readonly List<string> _findings = [];

    public long FindingCount { get; private set; }

    public IReadOnlyList<string> Findings => _findings;

    public void Add(string finding)
    {
        FindingCount++;
        if (_findings.Count < FindingsKept) _findings.Add(finding);
    }
}
