using System.Globalization;
using System.Text;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Cli.StateTests;

/// <summary>
/// Runs the combinations of state tests, each as a block of one transaction, and compares state root, logs hash and
/// reason of rejection. One instance per thread.
/// </summary>
public sealed class StateTestRunner : IDisposable
{
    private static readonly TestBlockHashes Hashes = new();
    private static readonly ForkRules[] Rules = [.. ForkRules.All.Select(rules => rules.OfTransactionsAlone())];

    private readonly BlockExecutors _executors;

    public StateTestRunner(CodeCache codes, Strategy strategy = Strategy.Serial, int threads = 1) =>
        _executors = new(strategy, threads, codes) { RecordsAccessLists = true };

    /// <summary>Null when all is as expected, otherwise what differs: one line each.</summary>
    public string? Run(StateTest test, Expectation expected)
    {
        var (transaction, malformed) = test.Transaction(expected);
        if (EncodingDifference(transaction, expected) is { } encoding) return encoding;

        var pre = Build(test.Pre);
        var rules = Rules[(int)expected.Fork];
        var block = transaction is null ? new() : Execute(transaction, pre, test, rules);
        var result = block.Transactions is [var executed, ..] ? executed : default;
        string? reason = malformed is not null ? Rejections.Malformed
            : block.Error == BlockError.None ? null
            : block.TransactionError.ToString();
        var problems = new StringBuilder();
        CompareRejection(expected, reason, malformed, problems);
        var logs = LogsHash.Of(result.Logs ?? []);
        if (logs != expected.LogsHash) problems.AppendLine($"logs hash: expected {expected.LogsHash}, got {logs}");
        if (reason is null && !rules.ClearsEmptyAccounts) AddCoinbase(pre, test);
        var root = pre.ComputeRoot();
        if (root != expected.StateRoot && !(reason is not null && RootWithCoinbase(pre, test) == expected.StateRoot))
        {
            problems.AppendLine($"state root: expected {expected.StateRoot}, got {root}");
            if (expected.State is not null) StateComparison.Append(expected.State, pre, problems);
        }
        if (problems.Length == 0) return null;
        if (reason is null) problems.AppendLine($"the transaction ended {result.Halt} and used {result.GasUsed} gas");
        return problems.ToString().TrimEnd();
    }

    public void Dispose() => _executors.Dispose();

    /// <summary>Applies what the transaction changed.</summary>
    private BlockResult Execute(Transaction transaction, InMemoryState pre, StateTest test, ForkRules rules)
    {
        var env = test.Environment;
        var header = new BlockHeader
        {
            Beneficiary = env.Coinbase, Number = env.Number, Timestamp = env.Timestamp, GasLimit = env.GasLimit,
            Difficulty = env.Difficulty, MixHash = env.PrevRandao,
            BaseFeePerGas = rules.BaseFee ? env.BaseFee : null,
            ExcessBlobGas = rules.Blobs is null ? null : env.ExcessBlobGas,
        };
        var executor = _executors.Get(rules, test.ChainId);
        var result = executor.Transition(new(new(header, [transaction], [], null), pre, Hashes)).Seal();
        pre.Apply(executor.GetChanges());
        return result;
    }

    /// <summary>A block would pay its reward now; the tests pay none, but touch the account all the same.</summary>
    private static void AddCoinbase(InMemoryState state, StateTest test)
    {
        Address coinbase = test.Environment.Coinbase;
        if (!state.TryGetAccount(coinbase, out _)) state.SetAccount(coinbase, Account.Empty);
    }

    /// <summary>
    /// After an invalid transaction the older fillers touched the coinbase, which before EIP-161 leaves an empty
    /// account behind, and the newer ones do not; the format does not say, so both count as "nothing happened".
    /// </summary>
    private static Hash256 RootWithCoinbase(InMemoryState pre, StateTest test)
    {
        AddCoinbase(pre, test);
        return pre.ComputeRoot();
    }

    private static void CompareRejection(
        Expectation expected, string? reason, string? malformed, StringBuilder problems)
    {
        if (expected.Exception is null)
        {
            if (reason is not null)
                problems.AppendLine($"expected a valid transaction, it was rejected: {reason} {malformed}".TrimEnd());
        }
        else if (reason is null)
        {
            problems.AppendLine($"expected a rejection ({expected.Exception}), the transaction was accepted");
        }
        else if (!Rejections.Matches(expected.Exception, reason, out string? unknown))
        {
            string hint = unknown is null ? "" : $"; \"{unknown}\" is not in the table of names";
            problems.AppendLine($"expected the rejection {expected.Exception}, got {reason}{hint}");
        }
    }

    /// <summary>The bytes of the transaction, where given, must decode to what the fields say, its sender included.
    /// </summary>
    private static string? EncodingDifference(Transaction? transaction, Expectation expected)
    {
        if (expected.TransactionBytes.IsEmpty) return null;
        if (!Transaction.TryDecode(expected.TransactionBytes.Span, out var decoded, out var error))
            return expected.Exception is null ? $"txbytes: cannot be decoded: {error}" : null;
        if (transaction is null) return "txbytes: can be decoded, though the fields make no transaction";
        if (!SenderRecovery.TryRecover(decoded, out var sender)) return "txbytes: no sender can be recovered";
        if (sender != transaction.Sender) return $"txbytes: signed by {sender}, the test says {transaction.Sender}";
        return TransactionComparison.FirstDifference(transaction, decoded) is { } field
            ? $"txbytes: another {field} than the fields say"
            : null;
    }

    private static InMemoryState Build(IReadOnlyDictionary<Address, TestAccount> accounts)
    {
        var state = new InMemoryState();
        foreach (var (address, account) in accounts)
        {
            var codeHash = account.Code.IsEmpty ? Hash256.OfEmptyCode : state.AddCode(account.Code);
            state.SetAccount(address, new Account(account.Nonce, account.Balance, codeHash));
            foreach (var (key, value) in account.Storage)
                if (!value.IsZero) state.SetStorage(address, key, value);
        }
        return state;
    }

    /// <summary>State tests have no chain: a block's hash is the Keccak-256 of its number in decimal digits.</summary>
    private sealed class TestBlockHashes : IBlockHashes
    {
        public Hash256 GetBlockHash(ulong number) =>
            Keccak.Hash(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
    }
}
