using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Evm.Tracing;
using Weft.Execution.Blocks;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Execution;

/// <summary>
/// Executes whole blocks serially: system calls, transactions, withdrawals, requests, rewards. <see cref="Execute"/>
/// computes; <see cref="Verify"/> compares the result with the header. One instance per worker thread.
/// </summary>
public sealed partial class BlockProcessor : IDisposable
{
    private readonly ForkRules _rules;
    private readonly ulong _chainId;
    private readonly Address _depositContract;
    private readonly TransactionProcessor _transactions;
    private readonly SystemCalls _systemCalls;

    /// <summary><paramref name="depositContract"/> is that of mainnet unless given (EIP-6110).</summary>
    public BlockProcessor(ForkRules rules, ulong chainId, CodeCache codes, Address? depositContract = null)
    {
        (_rules, _chainId, _depositContract) = (rules, chainId, depositContract ?? DepositLog.MainnetContract);
        _transactions = new(rules, codes);
        _systemCalls = new(_transactions.Machine, _transactions.Host);
    }

    /// <summary>Senders of all transactions must be known. Changes stay in <paramref name="state"/>, also with an
    /// error. <paramref name="isDaoForkBlock"/>: move the balances of the DAO first. System calls are traced, too.
    /// </summary>
    public BlockResult Execute(
        Block block, WorldState state, IBlockHashes hashes, bool isDaoForkBlock = false, ITracer? tracer = null) =>
        Transition(block, state, hashes, isDaoForkBlock, tracer).Seal();

    /// <summary>The state transition alone, as <see cref="Execute"/> does it; receipts and roots are left to
    /// <see cref="ExecutedBlock.Seal"/>. Before Byzantium <paramref name="roots"/> is asked for the state root after
    /// each transaction, without which receipts cannot be proven. <paramref name="leavesOutInvalid"/>: see
    /// <see cref="Strategies.BlockInput.LeavesOutInvalid"/>.</summary>
    public ExecutedBlock Transition(
        Block block, WorldState state, IBlockHashes hashes, bool isDaoForkBlock = false, ITracer? tracer = null,
        IStateRoots? roots = null, bool leavesOutInvalid = false)
    {
        var run = new Run(
            block, CreateEnvironment(block.Header, _rules, _chainId), state, hashes, tracer,
            _rules.StatusInReceipts ? null : roots, new(block.Transactions, _rules))
        {
            LeavesOutInvalid = leavesOutInvalid,
        };
        BeforeTransactions(run, isDaoForkBlock);
        return ExecuteTransactions(run) ?? AfterTransactions(run) ?? run.Output;
    }

    /// <summary>Compares what was computed with what the header claims; the first difference is the error.</summary>
    public static BlockResult Verify(BlockResult computed, Block block, ForkRules rules) =>
        computed.Error != BlockError.None ? computed : BlockVerifier.Verify(computed, block, rules);

    /// <summary>Compares the body with the header, which needs no execution: roots of its lists, blob gas, size. Null
    /// where they agree.</summary>
    public static BlockResult? CheckBody(Block block, ForkRules rules) => BlockVerifier.CheckBody(block, rules);

    /// <summary>The part of <see cref="Verify"/> that <see cref="CheckBody"/> leaves.</summary>
    public static BlockResult VerifyResult(BlockResult computed, BlockHeader header, ForkRules rules) =>
        computed.Error != BlockError.None ? computed : BlockVerifier.VerifyResult(computed, header, rules);

    /// <summary>What instructions see of a block with this header.</summary>
    public static BlockEnvironment CreateEnvironment(BlockHeader header, ForkRules rules, ulong chainId) => new()
    {
        Coinbase = header.Beneficiary,
        Number = header.Number,
        Timestamp = header.Timestamp,
        GasLimit = header.GasLimit,
        Difficulty = header.Difficulty,
        PrevRandao = header.MixHash,
        BaseFee = header.BaseFeePerGas ?? UInt256.Zero,
        BlobBaseFee = rules.Blobs is { } blobs ? BlobGas.BaseFee(header.ExcessBlobGas ?? 0, blobs) : UInt256.Zero,
        ChainId = chainId,
    };

    public void Dispose() => _transactions.Dispose();

    /// <summary>The DAO's balances; the calls of EIP-4788 and EIP-2935: where the contract is missing or fails the
    /// block goes on.</summary>
    internal void BeforeTransactions(Run run, bool isDaoForkBlock)
    {
        if (isDaoForkBlock) DaoFork.MoveBalances(run.State);
        BlockHeader header = run.Block.Header;
        if (_rules.BeaconRoots && header.ParentBeaconBlockRoot is { } root)
            Call(SystemContracts.BeaconRoots, root, run);
        if (_rules.BlockHashHistory) Call(SystemContracts.BlockHashHistory, header.ParentHash, run);
    }

    /// <summary>Withdrawals, requests, rewards. Null when the block is valid so far.</summary>
    internal ExecutedBlock? AfterTransactions(Run run) => CollectDeposits(run.Output) ?? AfterDeposits(run);

    /// <summary>What comes after the transactions and needs nothing of them but the state. Null when the block is valid
    /// so far.</summary>
    internal ExecutedBlock? AfterDeposits(Run run)
    {
        if (_rules.Withdrawals) Rewards.PayWithdrawals(run.Block.Withdrawals ?? [], run.State);
        if (_rules.Requests && CollectRequests(run) is { } failed) return failed;
        return Rewards.TryPay(run.Block, _rules, run.State)
            ? null
            : run.Output.Fail(BlockError.OmmerWithoutReward, "no reward is defined for an ommer");
    }

    private ExecutedBlock? ExecuteTransactions(Run run)
    {
        int count = run.Block.Transactions.Count;
        for (int i = 0; i < count; i++)
            if (ExecuteNext(run) is { } failed) return failed;
        return null;
    }

    /// <summary>Executes the transaction next in order. Null when the block is valid so far.</summary>
    internal ExecutedBlock? ExecuteNext(Run run)
    {
        Transaction transaction = run.Block.Transactions[run.Output.Count];
        TransactionResult result = _transactions.Execute(
            transaction, run.State, run.Environment, run.Hashes, run.Environment.GasLimit - run.Output.GasUsed,
            run.Tracer, BlobGas.Limit(_rules) - run.Output.BlobGasUsed);
        if (result.Error != TransactionError.None)
        {
            if (!run.LeavesOutInvalid) return run.Output.Fail(result.Error, transaction);
            run.Output.LeaveOut(result);
            return null;
        }
        run.Output.Add(result);
        if (run.Roots is not null) run.Output.AddStateRoot(run.Roots.ComputeRoot(run.State));
        return null;
    }

    /// <summary>EIP-7685: withdrawal requests, consolidation requests. These contracts must be there and must not fail.
    /// </summary>
    private ExecutedBlock? CollectRequests(Run run) =>
        CollectFrom(SystemContracts.WithdrawalRequests, RequestType.Withdrawal, run)
        ?? CollectFrom(SystemContracts.ConsolidationRequests, RequestType.Consolidation, run);

    /// <summary>The first of the requests (EIP-7685), which are in the logs of the transactions. Null when the block is
    /// valid so far.</summary>
    internal ExecutedBlock? CollectDeposits(ExecutedBlock output)
    {
        if (!_rules.Requests || !output.MayHaveDeposits) return null;
        var requests = new List<byte>();
        Span<byte> request = stackalloc byte[DepositLog.RequestLength];
        foreach (ref readonly TransactionResult transaction in output.Results.AsSpan(0, output.Count))
        {
            if (!transaction.MayHaveDeposit) continue;
            foreach (LogEntry log in transaction.Logs)
            {
                if (!DepositLog.IsDeposit(log, _depositContract)) continue;
                if (!DepositLog.TryReadRequest(log.Data.Span, request))
                    return output.Fail(BlockError.InvalidDepositLog, "a deposit event has an unknown layout");
                requests.AddRange(request);
            }
        }
        output.AddRequest(RequestType.Deposit, requests.ToArray());
        return null;
    }

    private ExecutedBlock? CollectFrom(in Address contract, byte requestType, Run run)
    {
        if (Call(contract, ReadOnlyMemory<byte>.Empty, run) is not { } outcome)
            return run.Output.Fail(BlockError.SystemContractMissing, $"there is no code at {contract}");
        if (!outcome.Succeeded)
            return run.Output.Fail(BlockError.SystemCallFailed, $"the call of {contract} ended: {outcome.Halt}");
        run.Output.AddRequest(requestType, outcome.Output.Span);
        return null;
    }

    private void Call(in Address contract, in Hash256 input, Run run) => Call(contract, input.Bytes.ToArray(), run);

    private MessageResult? Call(in Address contract, ReadOnlyMemory<byte> input, Run run) =>
        _systemCalls.Call(contract, input, run.State, run.Environment, run.Hashes, run.Tracer);

    /// <summary>Type bytes of EIP-7685.</summary>
    private static class RequestType
    {
        public const byte Deposit = 0, Withdrawal = 1, Consolidation = 2;
    }

    /// <summary>One block on its way.</summary>
    internal sealed record Run(
        Block Block, BlockEnvironment Environment, WorldState State, IBlockHashes Hashes, ITracer? Tracer,
        IStateRoots? Roots, ExecutedBlock Output)
    {
        /// <summary>See <see cref="Strategies.BlockInput.LeavesOutInvalid"/>.</summary>
        public bool LeavesOutInvalid { get; init; }
    }
}
