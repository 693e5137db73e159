using Weft.Cli;
using Xunit;

namespace Weft.Tests.Layout;

/// <summary>What a reader may count on in every source file.</summary>
public sealed class StyleTests
{
    private const int LinesMax = 800, LineLengthMax = 120;

    /// <summary>Tables and generated code that are longer for a reason, by path from the root.</summary>
    private static readonly HashSet<string> LongFiles = [];

    private static IEnumerable<(string Name, string[] Lines)> Files => new[] { "src", "tests", "bench" }
        .Select(folder => Path.Combine(Repository.Root!, folder)).Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
        .Select(path => Path.GetRelativePath(Repository.Root!, path).Replace('\\', '/'))
        .Where(
            name => !name.Contains("/obj/", StringComparison.Ordinal)
                && !name.Contains("/bin/", StringComparison.Ordinal)
                && !name.Contains("/node_modules/", StringComparison.Ordinal))
        .Select(name => (name, File.ReadAllLines(Path.Combine(Repository.Root!, name))));

    [Fact]
    public void No_line_is_longer_than_120_characters() =>
        AssertNone(Files.SelectMany(file => file.Lines
            .Select((line, index) => (line, index))
            .Where(item => item.line.Length > LineLengthMax)
            .Select(item => $"{file.Name}:{item.index + 1} has {item.line.Length} characters")));

    [Fact]
    public void No_file_is_longer_than_800_lines() =>
        AssertNone(Files.Where(file => file.Lines.Length > LinesMax && !LongFiles.Contains(file.Name))
            .Select(file => $"{file.Name} has {file.Lines.Length} lines"));

    [Fact]
    public void Namespaces_follow_folders()
    {
        foreach (var (name, lines) in Files)
        {
            string? declared = lines.FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal));
            if (declared is null) continue;
            string folder = string.Join('.', name.Split('/')[1..^1]);
            Assert.Equal($"{name}: namespace {folder};", $"{name}: {declared}");
        }
    }

    /// <summary>Shows all of them, where Assert.Empty cuts the list.</summary>
    private static void AssertNone(IEnumerable<string> findings)
    {
        string[] found = [.. findings.Order(StringComparer.Ordinal)];
        Assert.True(found.Length == 0, string.Join(Environment.NewLine, found));
    }
}
