using System.Globalization;
using Spectre.Console;
using Weft.Cli.Commands;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Cli.AccessLists;

/// <summary>Shows block access lists: counts of each, or one in full.</summary>
internal static class AccessListReport
{
    /// <summary>What stands in one line.</summary>
    public static object Summary(ulong number, BlockAccessList list, int bytes) => new
    {
        Number = number, Accounts = list.Accounts.Length,
        SlotsChanged = list.Accounts.Sum(a => a.StorageChanges.Length),
        SlotsRead = list.Accounts.Sum(a => a.StorageReads.Length), Changes = list.Accounts.Sum(CountChanges),
        Bytes = bytes, Hash = list.ComputeHash().ToString(),
    };

    public static void Write(
        CommandContext context, IEnumerable<(ulong Number, BlockAccessList List, int Bytes)> lists)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string column in (string[])["block", "accounts", "slots changed", "slots read", "changes", "bytes"])
            table.AddColumn(new TableColumn(column).RightAligned());
        table.AddColumn("hash");
        foreach (var (number, list, bytes) in lists)
            table.AddRow(
                Text(number), Text(list.Accounts.Length), Text(list.Accounts.Sum(a => a.StorageChanges.Length)),
                Text(list.Accounts.Sum(a => a.StorageReads.Length)), Text(list.Accounts.Sum(CountChanges)),
                Text(bytes), list.ComputeHash().ToString());
        context.Console.Write(table);
    }

    /// <summary>The accounts of one list, those with most changes first.</summary>
    public static void WriteAccounts(CommandContext context, BlockAccessList list)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("account");
        foreach (string column in (string[])["slots changed", "slots read", "balance", "nonce", "code", "changes"])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var account in list.Accounts.OrderByDescending(CountChanges))
            table.AddRow(
                account.Address.ToString(), Text(account.StorageChanges.Length), Text(account.StorageReads.Length),
                Text(account.BalanceChanges.Length), Text(account.NonceChanges.Length),
                Text(account.CodeChanges.Length), Text(CountChanges(account)));
        context.Console.Write(table);
    }

    private static int CountChanges(AccountChanges account) =>
        account.StorageChanges.Sum(slot => slot.Changes.Length) + account.BalanceChanges.Length
        + account.NonceChanges.Length + account.CodeChanges.Length;

    private static string Text(IFormattable number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
