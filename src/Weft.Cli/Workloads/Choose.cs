namespace Weft.Cli.Workloads;

/// <summary>Ways to choose which of many objects a transaction meets. Number 0 is the hottest.</summary>
internal static class Choose
{
    /// <summary>Number 0 for a share of the transactions; for the others one that nobody else meets.</summary>
    public static Func<int> Own(Random random, double hotShare) => Among(int.MaxValue, random, hotShare);

    /// <summary>Number 0 for a share of the transactions; the others take turns over all.</summary>
    public static Func<int> Among(int count, Random random, double hotShare)
    {
        int last = 0;
        return () => random.NextDouble() < hotShare ? 0 : last = (last + 1) % count;
    }

    /// <summary>Zipf's law: number n is met in proportion to 1 / (n + 1)^exponent; all alike with 0.</summary>
    public static Func<int> Zipf(int count, Random random, double exponent)
    {
        var cumulative = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++) cumulative[i] = sum += Math.Pow(i + 1, -exponent);
        return () =>
        {
            int found = Array.BinarySearch(cumulative, random.NextDouble() * sum);
            return Math.Min(found < 0 ? ~found : found, count - 1);
        };
    }
}
