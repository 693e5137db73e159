using System.Runtime.CompilerServices;

namespace Weft.State.MultiVersion;

/// <summary>The versions of a location are a list in the order of the block, linked both ways: who runs looks from the
/// youngest on, who commits takes the oldest. Everything here is under the lock of the location.</summary>
public sealed partial class MultiVersionMemory
{
    /// <summary>Puts a version into its place; returns the transaction of the next younger one.</summary>
    private int Insert<TKind>(ref VersionList list, VersionLink link) where TKind : struct, IVersions
    {
        var (newer, older) = (default(VersionLink), list.Youngest);
        while (!older.IsEnd && older.Transaction > link.Transaction)
            (newer, older) = (older, NodeAt<TKind>(older).Older);
        ref VersionNode node = ref NodeAt<TKind>(link);
        (node.Newer, node.Older) = (newer, older);
        OlderThan<TKind>(ref list, newer) = link;
        NewerThan<TKind>(ref list, older) = link;
        return newer.IsEnd ? int.MaxValue : newer.Transaction;
    }

    private void Remove<TKind>(ref VersionList list, VersionLink link) where TKind : struct, IVersions
    {
        var (newer, older) = (NodeAt<TKind>(link).Newer, NodeAt<TKind>(link).Older);
        OlderThan<TKind>(ref list, newer) = older;
        NewerThan<TKind>(ref list, older) = newer;
    }

    private ref VersionLink OlderThan<TKind>(ref VersionList list, VersionLink link) where TKind : struct, IVersions
    {
        if (link.IsEnd) return ref list.Youngest;
        return ref NodeAt<TKind>(link).Older;
    }

    private ref VersionLink NewerThan<TKind>(ref VersionList list, VersionLink link) where TKind : struct, IVersions
    {
        if (link.IsEnd) return ref list.Oldest;
        return ref NodeAt<TKind>(link).Newer;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref VersionNode NodeAt<TKind>(VersionLink link) where TKind : struct, IVersions =>
        ref TKind.NodeOf(RecordOf(link.Transaction)[link.Buffer], link.Number);

    private ref AccountWrite WriteAt(VersionLink link) =>
        ref RecordOf(link.Transaction)[link.Buffer].Accounts[link.Number];

    private ref SlotWrite SlotWriteAt(VersionLink link) =>
        ref RecordOf(link.Transaction)[link.Buffer].Slots[link.Number];

    /// <summary>Accounts or slots: where the list's links are.</summary>
    private interface IVersions
    {
        static abstract ref VersionNode NodeOf(TransactionRecord.WriteBuffer writes, int number);
    }

    private readonly struct OfAccounts : IVersions
    {
        public static ref VersionNode NodeOf(TransactionRecord.WriteBuffer writes, int number) =>
            ref writes.Accounts[number].Node;
    }

    private readonly struct OfSlots : IVersions
    {
        public static ref VersionNode NodeOf(TransactionRecord.WriteBuffer writes, int number) =>
            ref writes.Slots[number].Node;
    }
}
