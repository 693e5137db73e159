using System.Diagnostics;
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
/// Executes transactions one by one on a <see cref="WorldState"/>. The four phases are its four private functions:
/// validate, pre-execution, execution, post-execution. One instance per worker thread.
/// </summary>
public sealed partial class TransactionProcessor : IDisposable
{
    private readonly ForkRules _rules;
    private readonly Host _host;
    private readonly VirtualMachine _machine;
    private readonly TransactionEnvironment _environment = new();

    public TransactionProcessor(ForkRules rules, CodeCache codes) =>
        (_rules, _host, _machine) = (rules, new(rules, codes), new(rules));

    /// <summary>The fee recipient is paid by the caller: otherwise every transaction of a block would conflict with the
    /// next.</summary>
    internal bool LeavesFee { get; set; }

    /// <summary>The most gas that the last transaction had used at any time, before refunds.</summary>
    public ulong GasUsedMax { get; private set; }

    /// <summary>Shared with the system calls of the block.</summary>
    internal VirtualMachine Machine => _machine;

    /// <summary>Shared with the system calls of the block.</summary>
    internal Host Host => _host;

    /// <summary>Runs a transaction whose <see cref="Transaction.Sender"/> is known.
    /// <paramref name="blockGasLeft"/>: gas of the block that is left for it, <paramref name="blobGasLeft"/>: blob gas
    /// likewise (EIP-4844).</summary>
    public TransactionResult Execute(
        Transaction transaction, WorldState state, BlockEnvironment block, IBlockHashes hashes, ulong blockGasLeft,
        ITracer? tracer = null, ulong blobGasLeft = ulong.MaxValue)
    {
        _host.Attach(state, hashes);
        TransactionError error = Validate(transaction, state, block, blockGasLeft, blobGasLeft, out Terms terms);
        if (error != TransactionError.None) return TransactionResult.Invalid(error);

        var run = new Run(transaction, transaction.Sender!.Value, state, block, terms);
        state.BeginTransaction();
        long refund = PreExecution(run);
        tracer?.Refunded(refund);
        MessageResult outcome = Execution(run, tracer, out Address? created);
        return PostExecution(run, outcome, refund + outcome.Refund, created);
    }

    public void Dispose() => _machine.Dispose();

    /// <summary>Decides whether the transaction may be in the block. Only reads.</summary>
    private TransactionError Validate(
        Transaction transaction, WorldState state, BlockEnvironment block, ulong gasLeft, ulong blobGasLeft,
        out Terms terms)
    {
        terms = default;
        if (transaction.Sender is not { } sender) return TransactionError.InvalidSignature;
        TransactionError error = TransactionRules.Check(
            transaction, _rules, block.ChainId, out IntrinsicGas intrinsic, out UInt256 maxGasFee);
        if (error == TransactionError.None)
            error = TransactionRules.CheckInBlock(transaction, block, gasLeft, blobGasLeft);
        if (error == TransactionError.None) error = CheckSender(transaction, sender, state, maxGasFee);
        if (error == TransactionError.None) terms = Terms.Of(transaction, block, intrinsic);
        return error;
    }

    private TransactionError CheckSender(
        Transaction transaction, in Address sender, WorldState state, in UInt256 maxGasFee)
    {
        ulong nonce = state.GetNonce(sender);
        if (transaction.Nonce < nonce) return TransactionError.NonceTooLow;
        if (transaction.Nonce > nonce) return TransactionError.NonceTooHigh;
        // EIP-3607, which holds for all blocks since genesis; EIP-7702 exempts delegations.
        Bytecode code = _host.GetCode(sender);
        if (!code.IsEmpty && !_rules.SenderMayHaveCode && !(_rules.Delegations && code.Delegation is not null))
            return TransactionError.SenderHasCode;
        return MaxCost(transaction, maxGasFee) is { } cost && state.CanPay(sender, cost)
            ? TransactionError.None
            : TransactionError.InsufficientFunds;
    }

    /// <summary>The most that the transaction may cost; null for a sum beyond 256 bits, which is beyond any
    /// balance.</summary>
    private static UInt256? MaxCost(Transaction transaction, in UInt256 maxGasFee)
    {
        if (UInt256.AddOverflows(maxGasFee, transaction.Value, out UInt256 cost)) return null;
        if (transaction.Type != TransactionType.Blob) return cost;
        return UInt256.MultiplyOverflows(BlobGas.Of(transaction), transaction.MaxFeePerBlobGas, out UInt256 blobFee)
            || UInt256.AddOverflows(cost, blobFee, out cost) ? null : cost;
    }

    /// <summary>What happens whether or not execution succeeds: gas is bought, the nonce is used, declared locations
    /// become warm and delegations are set. Returns the refund for these, in gas.</summary>
    private long PreExecution(in Run run)
    {
        Transaction transaction = run.Transaction;
        run.State.SubtractBalance(run.Sender, run.Terms.GasPrice * transaction.GasLimit + run.Terms.BlobFee);
        run.State.SetNonce(run.Sender, transaction.Nonce + 1);
        if (_rules.ColdAccess) WarmDeclared(run);
        if (transaction.Type != TransactionType.SetCode) return 0;
        return Delegations.Apply(transaction.AuthorizationList, run.State, _host, run.Block.ChainId);
    }

    /// <summary>EIP-2929, 2930, 3651. Precompiles are warm by themselves, a new contract when its frame
    /// begins.</summary>
    private void WarmDeclared(in Run run)
    {
        _host.AccessAccount(run.Sender);
        if (_rules.WarmCoinbase) _host.AccessAccount(run.Block.Coinbase);
        // The recipient comes last of these: the state remembers where it is when its code is asked for next.
        if (run.Transaction.To is { } to) _host.AccessAccount(to);
        IReadOnlyList<AccessListEntry> accessList = run.Transaction.AccessList;
        for (int i = 0; i < accessList.Count; i++)
        {
            AccessListEntry entry = accessList[i];
            _host.AccessAccount(entry.Address);
            for (int j = 0; j < entry.StorageKeys.Count; j++)
                run.State.AccessStorage(entry.Address, entry.StorageKeys[j]);
        }
    }

    /// <summary>Runs the message that the transaction stands for.</summary>
    private MessageResult Execution(in Run run, ITracer? tracer, out Address? created)
    {
        Transaction transaction = run.Transaction;
        Address recipient = transaction.To ?? ContractAddress.Create(run.Sender, transaction.Nonce);
        // EIP-7702: the machine follows the delegation of the recipient; that this is free has to be arranged here.
        if (_rules.Delegations && !transaction.IsCreate && _host.GetCode(recipient).Delegation is { } target)
            _host.AccessAccount(target);
        var message = new Message(
            transaction.IsCreate ? MessageKind.Create : MessageKind.Call, run.Sender, recipient, recipient,
            transaction.Value, (long)(transaction.GasLimit - run.Terms.Intrinsic.Gas), transaction.Data);
        _environment.Origin = run.Sender;
        _environment.GasPrice = run.Terms.GasPrice;
        _environment.BlobVersionedHashes = transaction.BlobVersionedHashes;
        MessageResult outcome = _machine.Run(message, _host, run.Block, _environment, tracer);
        created = transaction.IsCreate && outcome.Succeeded ? recipient : null;
        return outcome;
    }

    /// <summary>Settles the gas with sender and fee recipient and ends the transaction: from here on its effects are
    /// real. This is the only place where they become so.</summary>
    private TransactionResult PostExecution(in Run run, in MessageResult outcome, long refund, Address? created)
    {
        ulong limit = run.Transaction.GasLimit;
        ulong used = GasUsed(limit, outcome.GasLeft, refund, run.Terms.Intrinsic.Floor);
        run.State.AddBalance(run.Sender, run.Terms.GasPrice * (limit - used));
        // The base fee is burnt. A fee of zero still touches the recipient: before EIP-161 it exists from now on.
        UInt256 fee = (run.Terms.GasPrice - run.Block.BaseFee) * used;
        if (!LeavesFee) run.State.AddBalance(run.Block.Coinbase, fee);
        run.State.EndTransaction(_rules.ClearsEmptyAccounts);
        var logs = CopyLogs(run.State.Logs, out bool mayHaveDeposit);
        return new(TransactionError.None, outcome.Halt, used, logs, created, outcome.Output)
        {
            Fee = fee, MayHaveDeposit = mayHaveDeposit,
        };
    }

    /// <summary>The refund is capped (EIP-3529), then calldata has its floor price (EIP-7623).</summary>
    private ulong GasUsed(ulong limit, long left, long refund, ulong floor)
    {
        Debug.Assert(left >= 0 && refund >= 0, "a frame neither owes gas nor ends with a negative refund");
        ulong used = limit - (ulong)left;
        GasUsedMax = Math.Max(used, floor);
        used -= Math.Min((ulong)refund, used / (ulong)_rules.RefundQuotient);
        return Math.Max(used, floor);
    }

    private static LogEntry[] CopyLogs(IReadOnlyList<LogEntry> logs, out bool mayHaveDeposit)
    {
        mayHaveDeposit = false;
        if (logs.Count == 0) return [];
        var copy = new LogEntry[logs.Count];
        for (int i = 0; i < copy.Length; i++)
        {
            copy[i] = logs[i];
            mayHaveDeposit |= DepositLog.HasEventTopic(logs[i]);
        }
        return copy;
    }

    /// <summary>What validation found out that the later phases need. Prices in wei.</summary>
    private readonly record struct Terms(IntrinsicGas Intrinsic, UInt256 GasPrice, UInt256 BlobFee)
    {
        public static Terms Of(Transaction transaction, BlockEnvironment block, IntrinsicGas intrinsic) => new(
            intrinsic, EffectiveGasPrice.Of(transaction, block.BaseFee),
            transaction.Type == TransactionType.Blob ? block.BlobBaseFee * BlobGas.Of(transaction) : UInt256.Zero);
    }

    /// <summary>A valid transaction on its way through the phases.</summary>
    private readonly ref struct Run(
        Transaction transaction, Address sender, WorldState state, BlockEnvironment block, Terms terms)
    {
        public readonly Transaction Transaction = transaction;
        public readonly Address Sender = sender;
        public readonly WorldState State = state;
        public readonly BlockEnvironment Block = block;
        public readonly Terms Terms = terms;
    }
}
