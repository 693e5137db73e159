using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Evm.Tracing;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Execution;

/// <summary>Why a transaction is invalid, named after the rule. The list grows with the rules.</summary>
public enum TransactionError : byte
{
    None, TypeNotSupported, InvalidSignature, WrongChainId, NonceTooLow, NonceTooHigh, NonceIsMax, SenderHasCode,
    GasLimitExceedsBlock, GasLimitExceedsCap, IntrinsicGasTooLow, FloorGasTooLow, InsufficientFunds,
    FeeCapBelowBaseFee, PriorityFeeAboveFeeCap, GasPriceTooHigh, InitCodeTooLarge,
    BlobsMissing, TooManyBlobs, BlobVersionNotSupported, BlobCreatesContract, BlobFeeCapBelowBlobBaseFee,
    AuthorizationListEmpty, SetCodeCreatesContract,
}

/// <summary>Answers BLOCKHASH for the 256 blocks before.</summary>
public interface IBlockHashes
{
    Hash256 GetBlockHash(ulong number);
}

/// <summary>What executing one transaction came to. <paramref name="Error"/> other than None: nothing was changed.</summary>
public readonly record struct TransactionResult(
    TransactionError Error, Halt Halt, ulong GasUsed, IReadOnlyList<LogEntry> Logs, Address? Created,
    ReadOnlyMemory<byte> Output);

/// <summary>
/// Executes transactions one by one on a <see cref="WorldState"/>. The four phases are its four private functions:
/// validate, pre-execution, execution, post-execution. One instance per worker thread.
/// </summary>
public sealed class TransactionProcessor : IDisposable
{
    public TransactionProcessor(ForkRules rules, CodeCache codes) => throw new InvalidOperationException("on its way");

    /// <summary>Runs a transaction whose <see cref="Transaction.Sender"/> is known.
    /// <paramref name="blockGasLeft"/>: gas of the block that is left for it.</summary>
    public TransactionResult Execute(
        Transaction transaction, WorldState state, BlockEnvironment block, IBlockHashes hashes, ulong blockGasLeft,
        ITracer? tracer = null) => throw new InvalidOperationException();

    public void Dispose() { }
}

/// <summary>Why a block is invalid, named after the rule.</summary>
public enum BlockError : byte
{
    None, InvalidTransaction, GasUsedMismatch, ReceiptsRootMismatch, LogsBloomMismatch, RequestsHashMismatch,
    TransactionsRootMismatch, WithdrawalsRootMismatch, OmmersHashMismatch, BlobGasUsedMismatch, StateRootMismatch,
    SystemCallFailed, SystemContractMissing, InvalidDepositLog, GasLimitExceeded, BlockTooLarge,
}

/// <summary>What executing a block came to. With an error: the index of the transaction and its reason where one is
/// to blame, and a sentence with expected and found value.</summary>
public sealed record BlockResult
{
    public BlockError Error { get; init; }
    public int TransactionIndex { get; init; } = -1;
    public TransactionError TransactionError { get; init; }
    public string? Detail { get; init; }
    public IReadOnlyList<Receipt> Receipts { get; init; } = [];
    public ulong GasUsed { get; init; }
    public ulong BlobGasUsed { get; init; }
    public Bloom LogsBloom { get; init; } = Bloom.Empty;
    public Hash256 ReceiptsRoot { get; init; }

    /// <summary>EIP-7685; null before Prague.</summary>
    public Hash256? RequestsHash { get; init; }
}

/// <summary>
/// Executes whole blocks serially: system calls, transactions, withdrawals, requests, rewards. <see cref="Execute"/>
/// computes; <see cref="Verify"/> compares the result with the header. One instance per worker thread.
/// </summary>
public sealed class BlockProcessor : IDisposable
{
    public BlockProcessor(ForkRules rules, ulong chainId, CodeCache codes) => throw new InvalidOperationException("on its way");

    /// <summary>Senders of all transactions must be known. Changes stay in <paramref name="state"/>, also with an error.
    /// <paramref name="isDaoForkBlock"/>: move the balances of the DAO first.</summary>
    public BlockResult Execute(
        Block block, WorldState state, IBlockHashes hashes, bool isDaoForkBlock = false, ITracer? tracer = null) =>
        throw new InvalidOperationException();

    /// <summary>Compares what was computed with what the header claims; the first difference becomes the error.</summary>
    public static BlockResult Verify(BlockResult computed, Block block, ForkRules rules) => throw new InvalidOperationException();

    public void Dispose() { }
}
