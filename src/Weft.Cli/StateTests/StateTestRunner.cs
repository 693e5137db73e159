using System.Globalization;
using System.Text;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Cli.StateTests;

/// <summary>
/// Runs the combinations of state tests and compares state root, logs hash and reason of rejection. One instance per
/// thread.
/// </summary>
public sealed class StateTestRunner : IDisposable
{
    private static readonly TestBlockHashes Hashes = new();
    private readonly Dictionary<Fork, TransactionProcessor> _processors = [];
    private readonly CodeCache _codes;

    public StateTestRunner(CodeCache codes) => _codes = codes;

    /// <summary>Null when all is as expected, otherwise what differs: one line each.</summary>
    public string? Run(StateTest test, Expectation expected)
    {
        var (transaction, malformed) = test.Transaction(expected);
        if (EncodingDifference(transaction, expected) is { } encoding) return encoding;

        var pre = Build(test.Pre);
        var state = new WorldState(pre);
        var rules = ForkRules.Of(expected.Fork);
        var result = transaction is null ? default : Execute(transaction, state, test, rules);
        string? reason = malformed is not null ? Rejections.Malformed
            : result.Error == TransactionError.None ? null
            : result.Error.ToString();
        var problems = new StringBuilder();
        CompareRejection(expected, reason, malformed, problems);
        var logs = LogsHash.Of(result.Logs ?? []);
        if (logs != expected.LogsHash) problems.AppendLine($"logs hash: expected {expected.LogsHash}, got {logs}");
        if (reason is null) TouchCoinbase(state, test, rules);
        pre.Apply(state.GetChanges());
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

    public void Dispose()
    {
        foreach (var processor in _processors.Values) processor.Dispose();
    }

    private TransactionResult Execute(Transaction transaction, WorldState state, StateTest test, ForkRules rules)
    {
        if (!_processors.TryGetValue(rules.Fork, out var processor))
            _processors.Add(rules.Fork, processor = new TransactionProcessor(rules, _codes));
        var env = test.Environment;
        var block = new BlockEnvironment
        {
            Coinbase = env.Coinbase,
            Number = env.Number,
            Timestamp = env.Timestamp,
            GasLimit = env.GasLimit,
            Difficulty = env.Difficulty,
            PrevRandao = env.PrevRandao,
            BaseFee = rules.BaseFee ? env.BaseFee : default,
            BlobBaseFee = rules.Blobs is { } blobs ? BlobGas.BaseFee(env.ExcessBlobGas, blobs) : default,
            ChainId = test.ChainId,
        };
        return processor.Execute(
            transaction, state, block, Hashes, env.GasLimit, blobGasLeft: BlobGas.Limit(rules));
    }

    /// <summary>A block would pay its reward now; the tests pay none, but touch the account all the same.</summary>
    private static void TouchCoinbase(WorldState state, StateTest test, ForkRules rules)
    {
        state.BeginTransaction();
        state.AddBalance(test.Environment.Coinbase, UInt256.Zero);
        state.EndTransaction(rules.ClearsEmptyAccounts);
    }

    /// <summary>
    /// After an invalid transaction the older fillers touched the coinbase, which before EIP-161 leaves an empty
    /// account behind, and the newer ones do not; the format does not say, so both count as "nothing happened".
    /// </summary>
    private static Hash256 RootWithCoinbase(InMemoryState pre, StateTest test)
    {
        Address coinbase = test.Environment.Coinbase;
        if (!pre.TryGetAccount(coinbase, out _)) pre.SetAccount(coinbase, Account.Empty);
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
