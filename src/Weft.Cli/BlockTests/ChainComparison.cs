using System.Text;
using Weft.Chain;
using Weft.Cli.StateTests;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Store;

namespace Weft.Cli.BlockTests;

/// <summary>Compares what a chain holds in the end with what a test says, reading all of it back from the database.
/// </summary>
internal static class ChainComparison
{
    private const int LinesMax = 12;

    public static void Append(BlockTest test, Blockchain chain, StringBuilder problems)
    {
        foreach (string line in Differences(test, chain).Take(LinesMax)) problems.AppendLine(line);
    }

    private static IEnumerable<string> Differences(BlockTest test, Blockchain chain)
    {
        var root = chain.Head.StateRoot;
        if (test.PostStateRoot is { } expected && expected != root)
            yield return $"state root: expected {expected}, got {root}";
        if (test.PostState is { } state)
            foreach (string line in StateDifferences(test.Pre, state, chain.State, root)) yield return line;
        for (ulong number = 1; number <= chain.Head.Number; number++)
            foreach (string line in BlockDifferences(chain.Blocks, number)) yield return line;
    }

    /// <summary>The root of the listed accounts must be the chain's, and the flat state must hold just them.</summary>
    private static IEnumerable<string> StateDifferences(
        IReadOnlyDictionary<Address, TestAccount> pre, IReadOnlyDictionary<Address, TestAccount> expected,
        StateStore state, Hash256 root)
    {
        var listed = new InMemoryState();
        foreach (var (address, account) in expected)
        {
            var hash = Keccak.Hash(account.Code.Span);
            listed.SetAccount(address, new(account.Nonce, account.Balance, hash));
            foreach (var (key, value) in account.Storage) listed.SetStorage(address, key, value);
            foreach (string line in AccountDifferences(address, account, hash, state)) yield return line;
        }
        var listedRoot = listed.ComputeRoot();
        if (listedRoot != root) yield return $"state root: the listed accounts have {listedRoot}, the head has {root}";
        foreach (var address in pre.Keys)
            if (!expected.ContainsKey(address) && state.TryGetAccount(address, out _))
                yield return $"{address}: is still there";
    }

    private static IEnumerable<string> AccountDifferences(
        Address address, TestAccount expected, Hash256 codeHash, StateStore state)
    {
        if (!state.TryGetAccount(address, out var found))
        {
            yield return $"{address}: expected, is not there";
            yield break;
        }
        if (found.Nonce != expected.Nonce)
            yield return $"{address}: nonce: expected {expected.Nonce}, got {found.Nonce}";
        if (found.Balance != expected.Balance)
            yield return $"{address}: balance: expected {expected.Balance}, got {found.Balance}";
        if (found.CodeHash != codeHash || !state.GetCode(codeHash).Span.SequenceEqual(expected.Code.Span))
            yield return $"{address}: another code";
        foreach (var (key, value) in expected.Storage)
            if (state.GetStorage(address, key) is var slot && slot != value)
                yield return $"{address}: slot {key.ToHex()}: expected {value.ToHex()}, got {slot.ToHex()}";
        int slots = state.GetSlots(address).Count(), expectedSlots = expected.Storage.Count(slot => !slot.Value.IsZero);
        if (slots != expectedSlots) yield return $"{address}: expected {expectedSlots} slots, got {slots}";
    }

    /// <summary>A stored block is what its hash says, its receipts have its root, and its transactions are found.
    /// </summary>
    private static IEnumerable<string> BlockDifferences(ChainStore blocks, ulong number)
    {
        if (blocks.GetCanonicalHash(number) is not { } hash || blocks.GetBlock(hash) is not { } block)
        {
            yield return $"block {number} is not there";
            yield break;
        }
        if (blocks.GetReceipts(hash) is not { } receipts)
            yield return $"block {number}: its receipts are not there";
        else if (ListRoot.OfReceipts(receipts) != block.Header.ReceiptsRoot)
            yield return $"block {number}: the stored receipts have another root";
        for (int i = 0; i < block.Transactions.Count; i++)
            if (blocks.FindTransaction(block.Transactions[i].Hash) != (number, i))
                yield return $"block {number}: transaction {i} is not found";
    }
}
