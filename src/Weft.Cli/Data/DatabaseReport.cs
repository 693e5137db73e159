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
        var tables = CountTables(database);
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
                Bytes = folder.DatabaseLength,
                Tables = tables.ToDictionary(table => table.Name, table => table.Entries),
            });
            return (int)ExitCode.Success;
        }
        context.Output.WriteLine($"{folder.Path}: {folder.Spec.Name}, {ByteSize.Format(folder.DatabaseLength)}");
        if (head is not null)
            context.Output.WriteLine($"head {head.Number} {head.Hash}, state root {head.StateRoot}");
        var table = new Spectre.Console.Table().Border(TableBorder.Simple).AddColumn("table")
            .AddColumn(new TableColumn("entries").RightAligned());
        foreach (var (name, entries) in tables) table.AddRow(name, entries.ToString("n0"));
        context.Console.Write(table);
        return (int)ExitCode.Success;
    }

    private static (string Name, long Entries)[] CountTables(Database database)
    {
        using var transaction = database.BeginRead();
        return StateStore.TableNames.Concat(ChainStore.TableNames)
            .Select(name => (name, transaction.Count(database.GetTable(name)))).ToArray();
    }
}
