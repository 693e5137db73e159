using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Execution;

/// <summary>Blocks that are made up call by call.</summary>
public sealed partial class BlockProcessor
{
    /// <summary>For calls outside of blocks; of the same machine.</summary>
    public TransactionProcessor Transactions => _transactions;

    /// <summary>Does what comes before the transactions. <paramref name="environment"/> is what instructions see;
    /// header and withdrawals of <paramref name="block"/> count, its transactions come one by one.</summary>
    public BlockSimulation Simulate(
        Block block, BlockEnvironment environment, WorldState state, IBlockHashes hashes)
    {
        var body = new List<Transaction>();
        var run = new Run(block, environment, state, hashes, null, null, new(body, _rules));
        BeforeTransactions(run, isDaoForkBlock: false);
        return new(this, run, body);
    }
}

/// <summary>A block on its way whose transactions are calls. One thread, and nothing else on its processor meanwhile.
/// </summary>
public sealed class BlockSimulation
{
    private readonly BlockProcessor _processor;
    private readonly BlockProcessor.Run _run;
    private readonly List<Transaction> _body;
    private readonly Dictionary<LogEntry, int> _logNumbers = new(ReferenceEqualityComparer.Instance);

    internal BlockSimulation(BlockProcessor processor, BlockProcessor.Run run, List<Transaction> body) =>
        (_processor, _run, _body) = (processor, run, body);

    public ulong GasUsed => _run.Output.GasUsed;

    /// <summary>How many logs of the block's calls came before one, those that were reverted later included.</summary>
    public int NumberOf(LogEntry log) => _logNumbers[log];

    /// <summary>See <see cref="TransactionProcessor.Call"/>. <paramref name="shown"/> is what stands in the block: it
    /// may have another nonce than the one that is used. Receipts are without transfers of wei as logs.</summary>
    public TransactionResult Call(Transaction transaction, Transaction shown, bool validates)
    {
        _processor.Transactions.Host.LogNumbers = _logNumbers;
        TransactionResult result = _processor.Transactions.Call(
            transaction, _run.State, _run.Environment, _run.Hashes, validates: validates);
        _processor.Transactions.Host.LogNumbers = null;
        if (result.Error != TransactionError.None) return result;
        _body.Add(shown);
        _run.Output.Add(result with
        {
            Logs = [.. result.Logs.Where(log => log.Address != TransferLog.Source)],
        });
        return result;
    }

    /// <summary>What comes after the transactions; receipts and roots.</summary>
    public BlockResult End() => (_processor.AfterTransactions(_run) ?? _run.Output).Seal();
}
