using Spectre.Console;
using Weft.Chain;
using Weft.Cli.Commands;
using Weft.State.Store;

namespace Weft.Cli.Data;

/// <summary>weft db stat</summary>
internal static class DatabaseReport
{
    public static int Write(CommandContext context, DataSettings settings, bool json)
    {
        var folder = DataFolder.Open(settings.Folder);
        using var database = folder.OpenDatabase(settings.Durability);
        var head = new ChainStore(database).GetHead();
        var statistics = database.GetStatistics();
        if (json)
        {
            context.WriteJson(new
            {
                Folder = folder.Path, Chain = folder.Spec.Name, folder.Spec.Forks.ChainId,
                Genesis = folder.Spec.Genesis.Header.Hash.ToString(),
                Head = head is null ? null : new
                {
                    head.Number, Hash = head.Hash.ToString(), StateRoot = head.StateRoot.ToString(), head.Timestamp,
                },
                statistics.FileBytes, statistics.PageSize, statistics.Pages, statistics.FreePages,
                Tables = statistics.Tables.ToDictionary(
                    table => table.Name, table => new { table.Entries, table.Bytes }),
            });
            return (int)ExitCode.Success;
        }
        context.Output.WriteLine(
            $"{folder.Path}: {folder.Spec.Name}, {ByteSize.Format(statistics.FileBytes)}, "
            + $"of which {ByteSize.Format(statistics.FreePages * statistics.PageSize)} are free");
        if (head is not null)
            context.Output.WriteLine($"head {head.Number} {head.Hash}, state root {head.StateRoot}");
        var table = new Spectre.Console.Table().Border(TableBorder.Simple).AddColumn("table")
            .AddColumn(new TableColumn("entries").RightAligned()).AddColumn(new TableColumn("size").RightAligned());
        foreach (var (name, entries, bytes) in statistics.Tables)
            table.AddRow(name, entries.ToString("n0"), ByteSize.Format(bytes));
        context.Console.Write(table);
        return (int)ExitCode.Success;
    }
}
