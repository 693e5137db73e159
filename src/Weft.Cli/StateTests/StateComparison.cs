using System.Text;
using Weft.Primitives;
using Weft.State;

namespace Weft.Cli.StateTests;

/// <summary>Says in what two states differ, account by account, where a file gives the whole expected state.</summary>
internal static class StateComparison
{
    private const int LinesMax = 12;

    public static void Append(
        IReadOnlyDictionary<Address, TestAccount> expected, InMemoryState actual, StringBuilder lines)
    {
        int written = 0;
        foreach (string line in Differences(expected, actual))
        {
            if (++written > LinesMax)
            {
                lines.AppendLine("  …");
                return;
            }
            lines.Append("  ").AppendLine(line);
        }
        if (written == 0) lines.AppendLine("  every listed account is as expected; another one must be there too");
    }

    private static IEnumerable<string> Differences(
        IReadOnlyDictionary<Address, TestAccount> expected, InMemoryState actual)
    {
        foreach (var (address, account) in expected)
        {
            if (!actual.TryGetAccount(address, out var found))
            {
                yield return $"{address}: expected, is not there";
                continue;
            }
            if (found.Nonce != account.Nonce)
                yield return $"{address}: nonce: expected {account.Nonce}, got {found.Nonce}";
            if (found.Balance != account.Balance)
                yield return $"{address}: balance: expected {account.Balance}, got {found.Balance}";
            if (found.CodeHash != Keccak.Hash(account.Code.Span)) yield return $"{address}: another code";
            foreach (var (key, value) in account.Storage)
            {
                var slot = actual.GetStorage(address, key);
                if (slot != value)
                    yield return $"{address}: slot {key.ToHex()}: expected {value.ToHex()}, got {slot.ToHex()}";
            }
        }
    }
}
