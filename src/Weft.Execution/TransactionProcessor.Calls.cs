using Weft.Evm;
using Weft.Evm.Precompiles;
using Weft.Evm.Tracing;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Execution;

/// <summary>Calls: transactions that nobody signed and that are never part of a block.</summary>
public sealed partial class TransactionProcessor
{
    /// <summary>Those of the fork unless somebody moved them. Between transactions only.</summary>
    public PrecompileSet Precompiles
    {
        get => _machine.Precompiles;
        set => _machine.Precompiles = value;
    }

    /// <summary>See <see cref="VirtualMachine.Interrupt"/>. Any thread.</summary>
    public void Interrupt() => _machine.Interrupt();

    /// <summary>See <see cref="VirtualMachine.EndInterruption"/>.</summary>
    public void EndInterruption() => _machine.EndInterruption();

    /// <summary>After a simulation that was stopped.</summary>
    public void ForgetLogNumbers() => _host.LogNumbers = null;

    /// <summary>Transfers of wei are logs, too (<see cref="TransferLog"/>).</summary>
    public bool LogsTransfers
    {
        get => _host.LogsTransfers;
        set => _host.LogsTransfers = value;
    }

    /// <summary>As <see cref="Execute"/>, but the sender may have code and the gas limit is bounded by nothing. Unless
    /// <paramref name="validates"/> holds, the nonce may be any (the sender's is used), and where all prices are zero
    /// nothing is charged, whatever the base fee. The sender must have the money for everything else.</summary>
    public TransactionResult Call(
        Transaction transaction, WorldState state, BlockEnvironment block, IBlockHashes hashes, ITracer? tracer = null,
        bool validates = false)
    {
        _host.Attach(state, hashes);
        bool isFree = !validates && IsFree(transaction);
        var intrinsic = IntrinsicGas.Of(transaction, _rules);
        TransactionError error = validates ? CheckNonce(transaction, state) : TransactionError.None;
        if (error == TransactionError.None) error = CheckPrices(transaction, state, block, isFree);
        if (error == TransactionError.None) error = CheckAmounts(transaction, intrinsic);
        if (error != TransactionError.None) return TransactionResult.Invalid(error);

        bool paysBlobs = transaction.Type == TransactionType.Blob && !transaction.MaxFeePerBlobGas.IsZero;
        var terms = new Terms(
            intrinsic, isFree ? UInt256.Zero : EffectiveGasPrice.Of(transaction, block.BaseFee),
            paysBlobs ? block.BlobBaseFee * BlobGas.Of(transaction) : UInt256.Zero);
        bool leavesFee = LeavesFee;
        LeavesFee |= isFree;
        try
        {
            var run = new Run(transaction, transaction.Sender!.Value, state, block, terms);
            state.BeginTransaction();
            long refund = PreExecution(run);
            MessageResult outcome = Execution(run, tracer, out Address? created);
            TransactionResult result = PostExecution(run, outcome, refund + outcome.Refund, created);
            return isFree ? result with { Fee = UInt256.Zero } : result;
        }
        finally
        {
            LeavesFee = leavesFee;
        }
    }

    /// <summary>Nobody asks for a price.</summary>
    public static bool IsFree(Transaction transaction) =>
        transaction.FeeCap.IsZero && transaction.MaxPriorityFeePerGas.IsZero;

    private static TransactionError CheckNonce(Transaction transaction, WorldState state)
    {
        ulong nonce = state.GetNonce(transaction.Sender!.Value);
        return transaction.Nonce < nonce ? TransactionError.NonceTooLow
            : transaction.Nonce > nonce ? TransactionError.NonceTooHigh
            : nonce == ulong.MaxValue ? TransactionError.NonceIsMax
            : TransactionError.None;
    }

    private static TransactionError CheckPrices(
        Transaction transaction, WorldState state, BlockEnvironment block, bool isFree)
    {
        if (transaction.FeeCap < transaction.MaxPriorityFeePerGas) return TransactionError.PriorityFeeAboveFeeCap;
        if (!isFree && transaction.FeeCap < block.BaseFee) return TransactionError.FeeCapBelowBaseFee;
        if (UInt256.MultiplyOverflows(transaction.FeeCap, transaction.GasLimit, out UInt256 maxGasFee))
            return TransactionError.GasPriceTooHigh;
        TransactionError error = CheckParts(transaction, block);
        if (error != TransactionError.None) return error;
        return MaxCost(transaction, maxGasFee) is { } cost && state.CanPay(transaction.Sender!.Value, cost)
            ? TransactionError.None
            : TransactionError.InsufficientFunds;
    }

    private TransactionError CheckAmounts(Transaction transaction, in IntrinsicGas intrinsic)
    {
        if (transaction.GasLimit < intrinsic.Gas) return TransactionError.IntrinsicGasTooLow;
        if (transaction.GasLimit < intrinsic.Floor) return TransactionError.FloorGasTooLow;
        // No frame could count more (EIP-4803).
        if (transaction.GasLimit > long.MaxValue) return TransactionError.GasLimitExceedsBlock;
        return transaction.IsCreate && transaction.Data.Length > _rules.MaxInitCodeSize
            ? TransactionError.InitCodeTooLarge
            : TransactionError.None;
    }

    private static TransactionError CheckParts(Transaction transaction, BlockEnvironment block)
    {
        if (transaction.Type == TransactionType.SetCode)
            return transaction.IsCreate ? TransactionError.SetCodeCreatesContract
                : transaction.AuthorizationList.Count == 0 ? TransactionError.AuthorizationListEmpty
                : TransactionError.None;
        if (transaction.Type != TransactionType.Blob) return TransactionError.None;
        if (transaction.IsCreate) return TransactionError.BlobCreatesContract;
        if (transaction.BlobVersionedHashes.Count == 0) return TransactionError.BlobsMissing;
        bool isCheap = transaction.MaxFeePerBlobGas < block.BlobBaseFee && !transaction.MaxFeePerBlobGas.IsZero;
        return isCheap ? TransactionError.BlobFeeCapBelowBlobBaseFee : TransactionError.None;
    }
}
