namespace Weft.State.Store;

/// <summary>The tables of the state; docs/design/store.md has their keys and values.</summary>
internal readonly struct StateTables(Database database)
{
    private const string AccountsName = "accounts", SlotsName = "slots", CodesName = "codes";
    private const string AccountNodesName = "account-nodes", StorageNodesName = "storage-nodes";

    public static IReadOnlyList<string> Names { get; } =
        [AccountsName, SlotsName, CodesName, AccountNodesName, StorageNodesName];

    public Table Accounts { get; } = database.GetTable(AccountsName);

    public Table Slots { get; } = database.GetTable(SlotsName);

    public Table Codes { get; } = database.GetTable(CodesName);

    public Table AccountNodes { get; } = database.GetTable(AccountNodesName);

    public Table StorageNodes { get; } = database.GetTable(StorageNodesName);
}
