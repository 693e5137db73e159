using Weft.Primitives;
using Weft.State.Store;
using Weft.State.Trie;

namespace Weft.State.Verification;

/// <summary>Compares node records with nodes that were computed from the flat state: the record of a place ends in the
/// RLP of its node. Records that no node asked for are left over.</summary>
internal sealed class NodeCheck(ReadTransaction transaction, StateTables tables, StateReport report)
{
    private long _accountNodes, _storageNodes;

    /// <summary>The hash of the account whose storage is being computed; null for the trie of accounts.</summary>
    public Hash256? Owner { get; set; }

    public void Check(in Hash256 key, int depth, ReadOnlySpan<byte> node)
    {
        Span<byte> place = stackalloc byte[NodeKey.MaxSize];
        var nodeKey = Owner is { } owner ? NodeKey.OfStorage(owner, key, depth) : NodeKey.OfAccounts(key, depth);
        if (Owner is null) _accountNodes++;
        else _storageNodes++;
        var table = Owner is null ? tables.AccountNodes : tables.StorageNodes;
        if (!transaction.TryGet(table, place[..nodeKey.WriteTo(place)], out var record))
            report.Add($"{Describe(key, depth)}: there is no node record");
        else if (!record.EndsWith(node))
            report.Add($"{Describe(key, depth)}: the node record says something else than the state");
        else
            report.Nodes++;
    }

    /// <summary>After the last node of all tries.</summary>
    public void CompareCounts()
    {
        Compare("accounts", transaction.Count(tables.AccountNodes), _accountNodes);
        Compare("storage", transaction.Count(tables.StorageNodes), _storageNodes);
    }

    private void Compare(string trie, long stored, long expected)
    {
        if (stored != expected)
            report.Add($"nodes of {trie}: {stored} records are stored, {expected} follow from the state");
    }

    private string Describe(in Hash256 key, int depth)
    {
        string path = Convert.ToHexStringLower(key.Bytes)[..depth];
        return Owner is { } owner ? $"storage of {owner}, node \"{path}\"" : $"accounts, node \"{path}\"";
    }
}
