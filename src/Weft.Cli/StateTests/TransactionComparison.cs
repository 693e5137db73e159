using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Cli.StateTests;

/// <summary>Compares a transaction as its fields say it with the one that was decoded; signatures are not compared.
/// </summary>
internal static class TransactionComparison
{
    /// <summary>The name of the first field that differs, or null.</summary>
    public static string? FirstDifference(Transaction a, Transaction b)
    {
        if (a.Type != b.Type) return "type";
        if (a.Type != TransactionType.Legacy && a.ChainId != b.ChainId) return "chain id";
        if (a.Nonce != b.Nonce) return "nonce";
        if (a.GasPrice != b.GasPrice) return "gas price";
        if (a.MaxPriorityFeePerGas != b.MaxPriorityFeePerGas) return "priority fee";
        if (a.MaxFeePerGas != b.MaxFeePerGas) return "maximum fee";
        if (a.GasLimit != b.GasLimit) return "gas limit";
        if (a.To != b.To) return "recipient";
        if (a.Value != b.Value) return "value";
        if (!a.Data.Span.SequenceEqual(b.Data.Span)) return "data";
        if (!SameAccessLists(a.AccessList, b.AccessList)) return "access list";
        if (a.MaxFeePerBlobGas != b.MaxFeePerBlobGas) return "blob fee";
        if (!a.BlobVersionedHashes.SequenceEqual(b.BlobVersionedHashes)) return "blob hashes";
        return SameAuthorizations(a.AuthorizationList, b.AuthorizationList) ? null : "authorization list";
    }

    private static bool SameAccessLists(IReadOnlyList<AccessListEntry> a, IReadOnlyList<AccessListEntry> b) =>
        a.Count == b.Count
        && a.Zip(b).All(pair => pair.First.Address == pair.Second.Address
            && pair.First.StorageKeys.SequenceEqual(pair.Second.StorageKeys));

    private static bool SameAuthorizations(IReadOnlyList<Authorization> a, IReadOnlyList<Authorization> b) =>
        a.Count == b.Count
        && a.Zip(b).All(pair => pair.First with { Authority = null } == pair.Second with { Authority = null });
}
