using Weft.Cli.Input;

namespace Weft.Cli.Programs;

/// <summary>Reads the programs of an archive or a folder, in the order of its index.json where there is one.</summary>
public static class ProgramArchive
{
    private const string IndexName = "index.json";

    public static IReadOnlyList<EvmProgram> Read(string path)
    {
        using var folder = InputFolder.Open(path);
        return Names(folder)
            .Select(name => EvmProgram.Read(JsonCursor.Parse(folder.Read(name), folder.Describe(name))))
            .ToArray();
    }

    private static IEnumerable<string> Names(InputFolder folder)
    {
        if (folder.Names.Count == 1) return folder.Names;
        if (folder.Contains(IndexName))
            return JsonCursor.Parse(folder.Read(IndexName), folder.Describe(IndexName)).Items()
                .Select(item => item.Text() + ".json");
        return folder.Names.Where(name => name.EndsWith(".json", StringComparison.Ordinal));
    }
}
