using Spectre.Console;

namespace Weft.Cli.Commands;

/// <summary>Passed and failed tests by name.</summary>
internal static class CountTable
{
    public static Table Create(string title, IEnumerable<(string Name, (int Passed, int Failed) Counts)> rows)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(title);
        table.AddColumn(new TableColumn("passed").RightAligned()).AddColumn(new TableColumn("failed").RightAligned());
        foreach (var (name, (passed, failed)) in rows)
            table.AddRow(Markup.Escape(name), $"{passed}", failed == 0 ? "0" : $"[red]{failed}[/]");
        return table;
    }
}
