using Weft.Cli.Input;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Cli.Replay;

/// <summary>
/// Reads block files: {block, alloc, blockHashes[, receipts]}, or with "witness" and "parent" (alloc is then not looked
/// at), or with "missing" and "computed" where the header is not known in full; with "unsigned" where nobody signed the
/// transactions, with "chain" where it is not mainnet's, with "wholeState" where alloc is all of the state, not only
/// what the block reads. What contradicts itself is refused: a header, a transaction or a sender that does not fit its
/// hash, its signature or its root. </summary>
public sealed class BlockFileReader(InputFolder folder)
{
    private readonly CodeStore _codes = new(folder);

    /// <summary>The names of the block files in a folder: {number}.json, in numeric order.</summary>
    public static IReadOnlyList<string> FindBlocks(InputFolder folder) => folder.Names
        .Select(name => (Name: name, IsBlock: TryReadNumber(name, out ulong number), Number: number))
        .Where(file => file.IsBlock).OrderBy(file => file.Number).Select(file => file.Name).ToArray();

    /// <summary>The number of the block that a file holds, by its name.</summary>
    public static bool TryReadNumber(string name, out ulong number)
    {
        number = 0;
        string file = name[(name.LastIndexOf('/') + 1)..];
        return file.EndsWith(".json", StringComparison.Ordinal)
            && ulong.TryParse(file.AsSpan(0, file.Length - 5), out number);
    }

    public BlockFile Read(string name)
    {
        string source = folder.Describe(name);
        var root = JsonCursor.Parse(folder.Read(name), source);
        bool complete = !root.Has("missing");
        bool signed = complete && !IsSet(root, "unsigned");
        var json = root["block"];
        var header = HeaderReader.Read(json, complete);
        var transactions = ReadTransactions(json["transactions"], signed);
        var block = new Block(
            header, transactions, [],
            json.TryGet("withdrawals", out var paid) ? HeaderReader.ReadWithdrawals(paid) : null);
        int ommers = json.TryGet("uncles", out var uncles) ? uncles.Count : 0;
        if (complete) CheckHeader(json, block, ommers);
        return new BlockFile
        {
            Source = source,
            Block = block,
            IsComplete = complete,
            IsSigned = signed,
            IsWholeState = complete && IsSet(root, "wholeState"),
            Hash = complete ? header.Hash : null,
            OmmerCount = ommers,
            TransactionHashes = complete ? transactions.Select(transaction => transaction.Hash).ToArray() : [],
            State = complete && root.Has("witness") ? WitnessReader.Read(root, header) : ReadState(root["alloc"]),
            Hashes = ReadHashes(root["blockHashes"], header, complete, source),
            Receipts = root.TryGet("receipts", out var receipts) ? ReadReceipts(receipts, transactions.Length) : null,
            Chain = root.TryGet("chain", out var chain) ? ChainJson.Read(chain) : null,
            Computed = complete ? null : ReadComputed(root["computed"], transactions.Length),
        };
    }

    private static bool IsSet(JsonCursor root, string name) => root.TryGet(name, out var flag) && flag.Flag();

    // ---- Block ----

    private static void CheckHeader(JsonCursor json, Block block, int ommers)
    {
        Same(json["hash"], block.Header.Hash, "the header's fields hash to");
        Same(json["transactionsRoot"], ListRoot.OfTransactions(block.Transactions), "the transactions have the root");
        if (block.Withdrawals is { } withdrawals)
            Same(json["withdrawalsRoot"], ListRoot.OfWithdrawals(withdrawals), "the withdrawals have the root");
        if (ommers == 0) Same(json["sha3Uncles"], Hash256.OfEmptyList, "no uncles are listed, which is");
    }

    private static void Same(JsonCursor claimed, in Hash256 computed, string what)
    {
        if (claimed.Hash() != computed) throw claimed.Error($"contradiction: {what} {computed}");
    }

    /// <summary>Recovery is the slow part of reading a block, and no transaction depends on another here.</summary>
    internal static Transaction[] ReadTransactions(JsonCursor list, bool signed)
    {
        var items = list.Items().ToArray();
        var transactions = new Transaction[items.Length];
        InputException? first = null;
        Parallel.For(0, items.Length, i =>
        {
            try
            {
                transactions[i] = ReadTransaction(items[i], signed);
            }
            catch (InputException e)
            {
                Interlocked.CompareExchange(ref first, e, null);
            }
        });
        return first is null ? transactions : throw first;
    }

    private static Transaction ReadTransaction(JsonCursor json, bool signed)
    {
        var transaction = TransactionReader.Read(json, signed);
        if (!signed)
            return transaction.WithSigners(
                transaction.Sender!.Value,
                [.. transaction.AuthorizationList.Select(AuthorizationRecovery.WithAuthority)]);
        Same(json["hash"], transaction.Hash, "the transaction's fields hash to");
        var from = json["from"];
        if (!SenderRecovery.TryRecoverSigners(transaction, out var recovered))
            throw from.Error("no sender can be recovered from the signature");
        return recovered.Sender == from.Address()
            ? recovered
            : throw from.Error($"contradiction: the signature is that of {recovered.Sender}");
    }

    // ---- State ----

    private InMemoryState ReadState(JsonCursor alloc)
    {
        var state = new InMemoryState();
        foreach (var (name, account) in alloc.Members())
        {
            var address = AccountReader.ReadAddress(name, account);
            if (state.TryGetAccount(address, out _)) throw account.Error("the account is listed twice");
            var codeHash = Hash256.OfEmptyCode;
            if (account.TryGet("codeHash", out var hash))
                codeHash = state.AddCode(_codes.Get(hash.Hash(), hash));
            state.SetAccount(address, new Account(account["nonce"].Number(), account["balance"].Word(), codeHash));
            foreach (var (key, value) in AccountReader.ReadStorage(account)) state.SetStorage(address, key, value);
        }
        return state;
    }

    private static BlockHashTable ReadHashes(JsonCursor json, BlockHeader header, bool complete, string source)
    {
        var hashes = new Dictionary<ulong, Hash256>();
        foreach (var (name, value) in json.Members())
        {
            if (!ulong.TryParse(name, out ulong number)) throw value.Error("its name is no block number");
            if (complete && number + 1 == header.Number && value.Hash() != header.ParentHash)
                throw value.Error($"contradiction: the parent hash is {header.ParentHash}");
            hashes[number] = value.Hash();
        }
        return new BlockHashTable(source, hashes);
    }

    // ---- What is expected ----

    private static ExpectedReceipt[] ReadReceipts(JsonCursor list, int transactions)
    {
        if (list.Count != transactions) throw list.Error($"{list.Count} receipts for {transactions} transactions");
        return list.Items().Select(item => new ExpectedReceipt(
            item.TryGet("status", out var status) ? status.Number() == 1 : null,
            item["gasUsed"].Number(), item["cumulativeGasUsed"].Number(),
            item["logs"].Items().Select(ReadLog).ToArray())).ToArray();
    }

    private static LogEntry ReadLog(JsonCursor log) => new(
        log["address"].Address(), log["topics"].Items().Select(topic => topic.Hash()).ToArray(), log["data"].Bytes());

    private static ComputedTransaction[] ReadComputed(JsonCursor list, int transactions)
    {
        if (list.Count != transactions) throw list.Error($"{list.Count} results for {transactions} transactions");
        return list.Items().Select(item => new ComputedTransaction(
            item["gasUsed"].Number(), item["status"].Number() == 1, (int)Math.Min(item["logs"].Number(), int.MaxValue),
            item["logsHash"].Hash())).ToArray();
    }
}
