using Weft.Cli.Input;

namespace Weft.Cli.Commands;

/// <summary>The files of the official suites: what `weft statetest` and `weft blocktest` have in common.</summary>
public static class TestFiles
{
    /// <summary>Runs the test files of every path under a progress bar; the last argument of
    /// <paramref name="run"/> is called after each file, from any thread.</summary>
    public static void ForEach(
        CommandContext context, string[] paths, bool json, Action<InputFolder, IReadOnlyList<string>, Action> run)
    {
        foreach (string path in paths)
        {
            using var folder = InputFolder.Open(path);
            var files = Find(folder);
            if (files.Count == 0) throw new InputException(path, "", "holds no .json file");
            context.WithProgress(path, files.Count, json, done => run(folder, files, done));
        }
    }

    /// <summary>Test files, without what describes the suite.</summary>
    public static IReadOnlyList<string> Find(InputFolder folder) => folder.Names
        .Where(name => name.EndsWith(".json", StringComparison.Ordinal)
            && !name.Contains(".meta/", StringComparison.Ordinal))
        .ToArray();

    /// <summary>An error where nothing was selected; otherwise whether all passed.</summary>
    public static int Judge(string[] paths, int passed, int failed, string options)
    {
        if (passed + failed == 0)
            throw new InputException(string.Join(' ', paths), "", "no test was selected", $"look at {options}");
        return (int)(failed == 0 ? ExitCode.Success : ExitCode.Different);
    }
}
