using Weft.Chain;
using Weft.Cli.Input;
using Weft.Cli.StateTests;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Weft.State;

namespace Weft.Cli.BlockTests;

/// <summary>A block as bytes. <paramref name="Exception"/> names the rule that it breaks, or several joined by a bar;
/// empty where the reason is not told; null where the block is valid.</summary>
public sealed record TestBlock(byte[] Bytes, string? Exception);

/// <summary>One test of a BlockchainTest file: a genesis, blocks, and the head and state that they come to. Format:
/// ethereum/tests and execution-spec-tests, "blockchain_test".</summary>
public sealed class BlockTest
{
    private BlockTest(string name, JsonCursor test)
    {
        Name = name;
        Network = test["network"].Text();
        Pre = StateTest.ReadAccounts(test["pre"]);
        Spec = new(Network, NetworkReader.Read(test), new(ReadGenesis(test), CreateState(Pre)));
        Blocks = test["blocks"].Items().Select(ReadBlock).ToArray();
        LastHash = test["lastblockhash"].Hash();
        PostState = test.TryGet("postState", out var post) && post.IsObject ? StateTest.ReadAccounts(post) : null;
        PostStateRoot = test.TryGet("postStateHash", out var hash) ? hash.Hash() : null;
    }

    public string Name { get; }
    public string Network { get; }
    public ChainSpec Spec { get; }
    public IReadOnlyList<TestBlock> Blocks { get; }

    /// <summary>The head in the end.</summary>
    public Hash256 LastHash { get; }

    public IReadOnlyDictionary<Address, TestAccount> Pre { get; }

    /// <summary>The whole state in the end, or only its root.</summary>
    public IReadOnlyDictionary<Address, TestAccount>? PostState { get; }

    public Hash256? PostStateRoot { get; }

    /// <summary>True for an object that has the shape of a blockchain test; archives hold other kinds as
    /// well.</summary>
    public static bool IsBlockTest(JsonCursor test) => test.IsObject && test.Has("blocks") && test.Has("genesisRLP");

    public static BlockTest Read(string name, JsonCursor test) => new(name, test);

    private static BlockHeader ReadGenesis(JsonCursor test)
    {
        var cursor = test["genesisRLP"];
        try
        {
            return Block.Decode(cursor.Bytes()).Header;
        }
        catch (RlpException e)
        {
            throw cursor.Error($"is no block: {e.Message}");
        }
    }

    private static TestBlock ReadBlock(JsonCursor block)
    {
        // Some files name the exception by network: expectExceptionALL, expectException>=London…
        string? exception = block.Members()
            .Where(member => member.Name.StartsWith("expectException", StringComparison.Ordinal))
            .Select(member => member.Value.Text()).LastOrDefault();
        if (exception is null && !block.Has("blockHeader")) exception = "";
        return new(block["rlp"].Bytes(), exception);
    }

    private static StateChanges CreateState(IReadOnlyDictionary<Address, TestAccount> accounts)
    {
        var state = new StateChanges();
        foreach (var (address, account) in accounts)
        {
            var hash = Keccak.Hash(account.Code.Span);
            if (!account.Code.IsEmpty) state.Code[hash] = account.Code;
            state.Accounts.Add(address, new Account(account.Nonce, account.Balance, hash));
            var slots = account.Storage.Where(slot => !slot.Value.IsZero)
                .ToDictionary(slot => slot.Key, slot => slot.Value);
            if (slots.Count > 0) state.Storage.Add(address, slots);
        }
        return state;
    }
}
