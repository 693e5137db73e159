using System.Globalization;

namespace Weft.Cli.Data;

/// <summary>Numbers of bytes as people write them: 256M, 2G, 1048576.</summary>
public static class ByteSize
{
    private const string Units = "KMGT";

    /// <summary>Digits and an optional unit, powers of 1024; MB and MiB are the same.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        string digits = text.TrimEnd('b', 'B');
        digits = digits.TrimEnd('i');
        int power = 0;
        if (digits.Length > 0 && Units.IndexOf(char.ToUpperInvariant(digits[^1]), StringComparison.Ordinal) is >= 0 and var unit)
        {
            power = unit + 1;
            digits = digits[..^1];
        }
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long count)) return false;
        if (count > long.MaxValue >> (10 * power)) return false;
        bytes = count << (10 * power);
        return true;
    }

    public static string Format(long bytes)
    {
        double value = bytes;
        int unit = -1;
        for (; value >= 1024 && unit + 1 < Units.Length; unit++) value /= 1024;
        return unit < 0 ? $"{bytes} B" : $"{value:0.0} {Units[unit]}iB";
    }
}
