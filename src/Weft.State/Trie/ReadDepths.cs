namespace Weft.State.Trie;

/// <summary>How deep the records lay that were read of late: how far ahead it is worth asking for others.</summary>
internal sealed class ReadDepths
{
    /// <summary>A depth counts as common when one of so many reads went there.</summary>
    private const int RareShare = 24;

    private readonly int[] _accounts = new int[64], _storage = new int[64];
    private int _deepestOfAccounts = -1, _deepestOfStorage = -1;

    public void Count(bool isStorage, int depth) => (isStorage ? _storage : _accounts)[depth]++;

    /// <summary>The deepest that is common; -1 while nothing is known.</summary>
    public int DeepestCommon(bool isStorage) => isStorage ? _deepestOfStorage : _deepestOfAccounts;

    /// <summary>Halves the weight of what was, before an update.</summary>
    public void Fade()
    {
        _deepestOfAccounts = Fade(_accounts);
        _deepestOfStorage = Fade(_storage);
    }

    private static int Fade(Span<int> counts)
    {
        int sum = 0, deepest = -1;
        foreach (int count in counts) sum += count;
        for (int depth = 0; depth < counts.Length; depth++)
        {
            if (counts[depth] > 0 && (long)counts[depth] * RareShare >= sum) deepest = depth;
            counts[depth] /= 2;
        }
        return deepest;
    }
}
