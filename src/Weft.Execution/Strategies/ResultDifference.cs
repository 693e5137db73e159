using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Strategies;

/// <summary>Says where the result of executing a block differs from another one, that of serial execution: the first
/// thing found, or null.</summary>
public static class ResultDifference
{
    public static string? Find(
        BlockResult expected, StateChanges expectedChanges, BlockResult got, StateChanges gotChanges) =>
        FindInResult(expected, got)
        ?? (expected.Error == BlockError.None ? FindInChanges(expectedChanges, gotChanges) : null);

    private static string? FindInResult(BlockResult expected, BlockResult got)
    {
        if ((expected.Error, expected.TransactionError, expected.TransactionIndex)
            != (got.Error, got.TransactionError, got.TransactionIndex))
            return $"the block is {Validity(got)}, expected {Validity(expected)}";
        if (expected.Transactions.Count != got.Transactions.Count)
            return $"{got.Transactions.Count} transactions were executed, expected {expected.Transactions.Count}";
        for (int i = 0; i < expected.Transactions.Count; i++)
        {
            var (a, b) = (expected.Transactions[i], got.Transactions[i]);
            if ((a.GasUsed, a.Halt, a.Created) != (b.GasUsed, b.Halt, b.Created))
                return $"transaction {i}: {b.Halt} with {b.GasUsed} gas, expected {a.Halt} with {a.GasUsed}";
        }
        if (expected.ReceiptsRoot != got.ReceiptsRoot || !expected.LogsBloom.Equals(got.LogsBloom))
            return "the receipts differ";
        return expected.RequestsHash == got.RequestsHash ? null : "the requests differ";
    }

    private static string Validity(BlockResult result) => result.Error == BlockError.None
        ? "valid"
        : $"invalid ({result.Error} {result.TransactionError} at {result.TransactionIndex})";

    public static string? FindInChanges(StateChanges expected, StateChanges got)
    {
        foreach (var address in expected.Accounts.Keys.Union(got.Accounts.Keys))
        {
            bool isExpected = expected.Accounts.TryGetValue(address, out var a);
            bool isGot = got.Accounts.TryGetValue(address, out var b);
            if (isExpected != isGot || a != b) return $"{address} is {Show(isGot, b)}, expected {Show(isExpected, a)}";
        }
        foreach (var address in expected.Storage.Keys.Union(got.Storage.Keys))
        {
            var a = expected.Storage.GetValueOrDefault(address) ?? [];
            var b = got.Storage.GetValueOrDefault(address) ?? [];
            foreach (var key in a.Keys.Union(b.Keys))
            {
                bool isExpected = a.TryGetValue(key, out var x), isGot = b.TryGetValue(key, out var y);
                if (isExpected != isGot || x != y)
                    return $"{address} slot {key.ToHex()} is {Show(isGot, y)}, expected {Show(isExpected, x)}";
            }
        }
        if (!expected.ClearedStorage.SetEquals(got.ClearedStorage)) return "other storage was cleared";
        return expected.Code.Keys.ToHashSet().SetEquals(got.Code.Keys) ? null : "the new code differs";
    }

    private static string Show(bool isChanged, Account? account) =>
        isChanged ? account?.ToString() ?? "deleted" : "as it was";

    private static string Show(bool isChanged, in UInt256 value) => isChanged ? value.ToHex() : "as it was";
}
