using System.Text;
using Weft.Chain;
using Weft.Execution;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State.Store;

namespace Weft.Cli.BlockTests;

/// <summary>
/// Runs blockchain tests through a real chain in a temporary database, which is used again for the next test. One
/// instance per thread.
/// </summary>
public sealed class BlockTestRunner(Strategy strategy = Strategy.Serial, int threads = 1) : IDisposable
{
    private const long CacheBytes = 1 << 20;

    private static readonly string[] Tables = [.. StateStore.TableNames.Union(ChainStore.TableNames)];

    private readonly Database _database = Database.CreateTemporary(Tables);
    private readonly ChainEngine _engine = new(new(strategy, threads) { RecordsAccessLists = true });

    /// <summary>What went otherwise than the test says, one line each; null where all went well.</summary>
    public string? Run(BlockTest test)
    {
        Clear();
        using var chain = Open(test, out string? unusable);
        if (chain is null) return unusable;
        for (int i = 0; i < test.Blocks.Count; i++)
            if (Import(chain, test.Blocks[i]) is { } problem) return $"block {i}: {problem}";
        var problems = new StringBuilder();
        if (chain.Head.Hash != test.LastHash)
            problems.AppendLine($"head: expected {test.LastHash}, got {chain.Head.Number} {chain.Head.Hash}");
        else
            ChainComparison.Append(test, chain, problems);
        return problems.Length == 0 ? null : problems.ToString().TrimEnd();
    }

    public void Dispose()
    {
        _engine.Dispose();
        _database.Dispose();
    }

    private Blockchain? Open(BlockTest test, out string? problem)
    {
        problem = null;
        try
        {
            return Blockchain.Open(_database, test.Spec, new() { Engine = _engine, CacheBytes = CacheBytes });
        }
        catch (InvalidDataException e)
        {
            // The database is empty: it is the genesis that does not fit.
            problem = e.Message;
            return null;
        }
    }

    /// <summary>Opening another database would take longer than most tests.</summary>
    private void Clear()
    {
        using var transaction = _database.BeginWrite();
        foreach (string table in Tables) transaction.DeletePrefix(_database.GetTable(table), []);
        transaction.Commit();
    }

    private static string? Import(Blockchain chain, TestBlock test)
    {
        if (!Block.TryDecode(test.Bytes, out var block, out var error))
            return JudgeRejection(test, new(ReasonKind.Encoding, $"{error}", ""));
        var before = chain.Head.Hash;
        var (status, header, result) = chain.Import(block);
        switch (status)
        {
            case ImportStatus.Invalid or ImportStatus.UnknownParent:
                if (chain.Head.Hash != before || chain.Blocks.Contains(header.Hash))
                    return "the block was rejected and left a trace";
                if (status == ImportStatus.UnknownParent)
                    return JudgeRejection(test, new(ReasonKind.Block, nameof(ImportStatus.UnknownParent), ""));
                if (result.Error == BlockError.TransactionsRootMismatch && NamesTransaction(test))
                    result = ImportWithItsRoot(chain, block);
                return JudgeRejection(test, Reason.Of(result));
            case ImportStatus.SideChain when header.Difficulty.IsZero:
                // After Paris nothing but a choice makes a head, and the format takes each valid block to be chosen.
                status = chain.SetHead(header.Hash).Status;
                if (chain.Head.Hash != header.Hash) return $"a valid block could not be made the head: {status}";
                break;
        }
        return test.Exception is null ? null : $"expected a rejection ({test.Exception}), the block was {status}";
    }

    private static bool NamesTransaction(TestBlock test) =>
        test.Exception?.Contains("TransactionException.", StringComparison.Ordinal) == true;

    /// <summary>Where the fillers of ethereum/tests put an invalid transaction into a block, they left the root over
    /// the transactions as it was: the block breaks two rules. With the right root it must break the other
    /// one.</summary>
    private static BlockResult ImportWithItsRoot(Blockchain chain, Block block)
    {
        var root = ListRoot.OfTransactions(block.Transactions);
        return chain.Import(block with { Header = block.Header with { TransactionsRoot = root } }).Result;
    }

    private static string? JudgeRejection(TestBlock test, Reason reason)
    {
        if (test.Exception is null) return $"expected a valid block, it was rejected: {reason}";
        if (BlockRejections.Matches(test.Exception, reason, out string? unknown)) return null;
        string hint = unknown is null ? "" : $"; \"{unknown}\" is not in the table of names";
        return $"expected the rejection {test.Exception}, got {reason}{hint}";
    }
}
