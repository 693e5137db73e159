using Weft.Cli.Input;
using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Cli.StateTests;

/// <summary>An account as test files write it down.</summary>
public sealed record TestAccount(
    ulong Nonce, UInt256 Balance, ReadOnlyMemory<byte> Code, IReadOnlyList<(UInt256 Key, UInt256 Value)> Storage);

/// <summary>The block around the one transaction of a state test.</summary>
public sealed record TestEnvironment(
    Address Coinbase, ulong GasLimit, ulong Number, ulong Timestamp, UInt256 Difficulty, Hash256 PrevRandao,
    UInt256 BaseFee, ulong ExcessBlobGas);

/// <summary>What one combination of data, gas and value must come to under one fork.</summary>
public sealed record Expectation(
    Fork Fork, int Index, int DataIndex, int GasIndex, int ValueIndex, Hash256 StateRoot, Hash256 LogsHash,
    ReadOnlyMemory<byte> TransactionBytes, string? Exception, IReadOnlyDictionary<Address, TestAccount>? State);

/// <summary>A transaction of a state test, or why its fields make none at all (a number over its bounds).</summary>
public readonly record struct TestTransaction(Transaction? Transaction, string? Malformed);

/// <summary>One test of a GeneralStateTest file: a state, a block, a transaction with variants, and what they come to
/// under each fork. Format: ethereum/tests and execution-spec-tests, "state_test".</summary>
public sealed class StateTest
{
    private readonly JsonCursor _transaction;

    private StateTest(string name, JsonCursor test)
    {
        Name = name;
        _transaction = test["transaction"];
        Environment = ReadEnvironment(test["env"]);
        Pre = ReadAccounts(test["pre"]);
        ChainId = test.TryGet("config", out var config) && config.TryGet("chainid", out var id) ? id.Number() : 1;
        Expectations = test["post"].Members().SelectMany(fork => ReadExpectations(fork.Name, fork.Value)).ToArray();
    }

    public string Name { get; }
    public ulong ChainId { get; }
    public TestEnvironment Environment { get; }
    public IReadOnlyDictionary<Address, TestAccount> Pre { get; }
    public IReadOnlyList<Expectation> Expectations { get; }

    /// <summary>True for an object that has the shape of a state test; archives hold other kinds as well.</summary>
    public static bool IsStateTest(JsonCursor test) => test.IsObject && test.Has("post") && test.Has("transaction");

    public static StateTest Read(string name, JsonCursor test) => new(name, test);

    /// <summary>Builds the transaction of one combination, without a signature: the sender is given.</summary>
    public TestTransaction Transaction(Expectation expectation)
    {
        var data = _transaction["data"].At(expectation.DataIndex);
        var gasLimit = _transaction["gasLimit"].At(expectation.GasIndex);
        var value = _transaction["value"].At(expectation.ValueIndex);
        return new TestTransactionReader(_transaction, ChainId).Read(expectation.DataIndex, data, gasLimit, value);
    }

    private static TestEnvironment ReadEnvironment(JsonCursor env) => new(
        env["currentCoinbase"].Address(), env["currentGasLimit"].Number(), env["currentNumber"].Number(),
        env["currentTimestamp"].Number(),
        env.TryGet("currentDifficulty", out var difficulty) ? difficulty.Word() : default,
        env.TryGet("currentRandom", out var random) ? Hash256.FromWord(random.Word()) : default,
        env.TryGet("currentBaseFee", out var baseFee) ? baseFee.Word() : default,
        env.TryGet("currentExcessBlobGas", out var excess) ? excess.Number() : 0);

    internal static Dictionary<Address, TestAccount> ReadAccounts(JsonCursor accounts)
    {
        var result = new Dictionary<Address, TestAccount>();
        foreach (var (name, account) in accounts.Members())
            if (!result.TryAdd(AccountReader.ReadAddress(name, account), ReadAccount(account)))
                throw account.Error("the account is listed twice");
        return result;
    }

    private static TestAccount ReadAccount(JsonCursor account) => new(
        account["nonce"].Number(), account["balance"].Word(), account["code"].Bytes(),
        AccountReader.ReadStorage(account).ToArray());

    private static IEnumerable<Expectation> ReadExpectations(string forkName, JsonCursor posts)
    {
        if (!ForkNames.TryParse(forkName, out var fork)) throw posts.Error($"unknown fork \"{forkName}\"");
        int index = 0;
        foreach (var post in posts.Items())
        {
            var indexes = post["indexes"];
            yield return new Expectation(
                fork, index++, (int)SmallNumber(indexes["data"]), (int)SmallNumber(indexes["gas"]),
                (int)SmallNumber(indexes["value"]), post["hash"].Hash(), post["logs"].Hash(),
                post.TryGet("txbytes", out var bytes) ? bytes.Bytes() : default,
                post.TryGet("expectException", out var exception) ? exception.Text() : null,
                post.TryGet("state", out var state) ? ReadAccounts(state) : null);
        }
    }

    private static ulong SmallNumber(JsonCursor cursor)
    {
        ulong number = cursor.Number();
        return number <= 1_000_000 ? number : throw cursor.Error("an index beyond all reason");
    }
}
