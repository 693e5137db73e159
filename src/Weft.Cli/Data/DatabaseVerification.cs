using Weft.Chain;
using Weft.Chain.Verification;
using Weft.Cli.Commands;
using Weft.Cli.Input;
using Weft.Primitives;
using Weft.State.Store;
using Weft.State.Verification;

namespace Weft.Cli.Data;

/// <summary>weft db verify: the database against the head's own header. Opens the tables, not the chain, so that it can
/// look at what the chain would refuse.</summary>
internal static class DatabaseVerification
{
    public static int Run(CommandContext context, DataSettings settings, bool json)
    {
        var folder = DataFolder.Open(settings.Folder);
        using var database = folder.OpenDatabase(settings.Durability);
        var store = new ChainStore(database);
        var head = store.GetHead();
        var verifier = new StateVerifier(database, settings.CacheBytes);
        StateReport? state = null;
        ChainReport? blocks = null;
        int accounts = (int)Math.Min(int.MaxValue, verifier.CountAccounts());
        context.WithProgress("state", accounts, json, done => state = verifier.Run(done, context.Cancellation));
        int count = (int)Math.Min(int.MaxValue, (head?.Number ?? 0) + 1);
        context.WithProgress("blocks", count, json, done =>
            blocks = new ChainVerifier(database, folder.Spec).Run(done, context.Cancellation));
        Hash256? expected = head is null ? null : store.GetStateRoot(head);
        bool isRootRight = expected == state!.Root;
        bool isRight = isRootRight && state!.FindingCount == 0 && blocks!.FindingCount == 0;
        if (json) context.WriteJson(ToJson(state!, blocks!, isRootRight, isRight));
        else Write(context, state!, blocks!, expected?.ToString() ?? "unknown", isRootRight);
        return (int)(isRight ? ExitCode.Success : ExitCode.Different);
    }

    private static void Write(
        CommandContext context, StateReport state, ChainReport blocks, string root, bool isRootRight)
    {
        var output = context.Output;
        output.WriteLine(
            $"state: {state.Accounts:n0} accounts, {state.Slots:n0} slots, {state.Codes:n0} codes, "
            + $"{state.Nodes:n0} node records right, {state.Passes} pass{(state.Passes == 1 ? "" : "es")}");
        output.WriteLine(
            $"state root {state.Root}" + (isRootRight ? ": that of the head" : $", the head has {root}"));
        output.WriteLine(
            $"chain: {blocks.Blocks:n0} blocks, {blocks.Transactions:n0} transactions, {blocks.Logs:n0} logs, "
            + $"{blocks.UndoRecords:n0} blocks can be undone");
        foreach (string finding in state.Findings.Concat(blocks.Findings))
            output.WriteLine(InputException.OneLine(finding));
        long hidden = state.FindingCount + blocks.FindingCount - state.Findings.Count - blocks.Findings.Count;
        if (hidden > 0) output.WriteLine($"and {hidden:n0} more");
        if (isRootRight && state.FindingCount + blocks.FindingCount == 0) output.WriteLine("nothing differs");
    }

    private static object ToJson(StateReport state, ChainReport blocks, bool isRootRight, bool isRight) => new
    {
        IsRight = isRight, StateRoot = state.Root.ToString(), IsStateRootRight = isRootRight,
        state.Accounts, state.Slots, state.Codes, state.Nodes, state.Passes, blocks.Blocks, blocks.Transactions,
        blocks.Logs, blocks.UndoRecords,
        FindingCount = state.FindingCount + blocks.FindingCount,
        Findings = state.Findings.Concat(blocks.Findings),
    };
}
