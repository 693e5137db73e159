using Weft.Execution;
using Weft.Primitives;
using Weft.State;

namespace Weft.Simulation;

/// <summary>Finds where a result differs from the serial one.</summary>
internal static class StateDifference
{
    public static string? Find(
        BlockResult expected, StateChanges expectedChanges, BlockResult got, StateChanges changes)
    {
        if (expected.Error != got.Error || expected.TransactionError != got.TransactionError
            || expected.TransactionIndex != got.TransactionIndex)
            return $"is {got.Error} {got.TransactionError} at {got.TransactionIndex}, "
                + $"expected {expected.Error} {expected.TransactionError} at {expected.TransactionIndex}";
        if (expected.Error != BlockError.None) return null;
        for (int i = 0; i < expected.Transactions.Count; i++)
        {
            var (a, b) = (expected.Transactions[i], got.Transactions[i]);
            if (a.GasUsed != b.GasUsed || a.Halt != b.Halt || a.Created != b.Created)
                return $"transaction {i}: {b.Halt} with {b.GasUsed} gas, expected {a.Halt} with {a.GasUsed}";
        }
        if (expected.ReceiptsRoot != got.ReceiptsRoot) return "receipts differ";
        return FindChange(expectedChanges, changes);
    }

    private static string? FindChange(StateChanges expected, StateChanges got)
    {
        foreach (var address in expected.Accounts.Keys.Union(got.Accounts.Keys))
        {
            bool isExpected = expected.Accounts.TryGetValue(address, out var a);
            bool isGot = got.Accounts.TryGetValue(address, out var b);
            if (isExpected != isGot || a != b)
                return $"{address} is {(isGot ? Show(b) : "as it was")}, "
                    + $"expected {(isExpected ? Show(a) : "as it was")}";
        }
        foreach (var address in expected.Storage.Keys.Union(got.Storage.Keys))
        {
            var a = expected.Storage.GetValueOrDefault(address) ?? [];
            var b = got.Storage.GetValueOrDefault(address) ?? [];
            foreach (var key in a.Keys.Union(b.Keys))
                if (a.TryGetValue(key, out var x) != b.TryGetValue(key, out var y) || x != y)
                    return $"{address} slot {key.ToHex()} is {y.ToHex()}, expected {x.ToHex()}";
        }
        if (!expected.ClearedStorage.SetEquals(got.ClearedStorage)) return "cleared storage differs";
        return expected.Code.Keys.ToHashSet().SetEquals(got.Code.Keys) ? null : "new code differs";
    }

    private static string Show(Account? account) => account?.ToString() ?? "deleted";
}
