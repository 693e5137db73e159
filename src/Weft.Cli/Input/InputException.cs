namespace Weft.Cli.Input;

/// <summary>
/// Something from outside cannot be used. The message is one line: where it came from, the place inside, the reason
/// and, where there is one, the remedy. The command ends with exit code 2.
/// </summary>
public sealed class InputException : Exception
{
    public InputException(string source, string place, string reason, string? remedy = null)
        : base(Compose(source, place, reason, remedy)) { }

    private static string Compose(string source, string place, string reason, string? remedy)
    {
        var parts = new[] { source, place, remedy is null ? reason : $"{reason} ({remedy})" };
        return OneLine(string.Join(": ", parts.Where(part => part.Length > 0)));
    }

    /// <summary>Names and values from outside may hold line ends, terminal escapes and megabytes.</summary>
    public static string OneLine(string text)
    {
        const int LengthMax = 600;
        string cut = text.Length > LengthMax ? text[..LengthMax] + "…" : text;
        return string.Create(cut.Length, cut, static (target, source) =>
        {
            for (int i = 0; i < source.Length; i++) target[i] = char.IsControl(source[i]) ? '?' : source[i];
        });
    }
}
