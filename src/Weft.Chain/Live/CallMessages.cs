using Weft.Evm;
using Weft.Execution;
using Weft.Execution.Tracing;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Live;

/// <summary>Why calls fail, in the words that clients of go-ethereum know.</summary>
public static class CallMessages
{
    /// <summary>Null for success.</summary>
    public static string? Of(Halt halt, ReadOnlyMemory<byte> output) => halt switch
    {
        Halt.Success => null,
        Halt.Revert => RevertReason.Decode(output.Span) is { } reason
            ? $"execution reverted: {reason}"
            : "execution reverted",
        Halt.OutOfGas => "out of gas",
        Halt.StackUnderflow => "stack underflow",
        Halt.StackOverflow => "stack limit reached 1024 (1023)",
        Halt.InvalidOpcode => "invalid opcode",
        Halt.InvalidJump => "invalid jump destination",
        Halt.StaticViolation => "write protection",
        Halt.ReturnDataOutOfBounds => "return data out of bounds",
        Halt.CreateCollision => "contract address collision",
        Halt.CodeTooLarge => "max code size exceeded",
        Halt.InitCodeTooLarge => "max initcode size exceeded",
        Halt.CodeStartsWithEF => "invalid code: must not begin with 0xef",
        Halt.PrecompileFailure => "precompile failed",
        Halt.CallDepth => "max call depth exceeded",
        Halt.InsufficientBalance => "insufficient balance for transfer",
        Halt.NonceOverflow => "nonce uint64 overflow",
        _ => halt.ToString(),
    };

    /// <summary>Of a call that was not executed.</summary>
    public static string Of(
        TransactionError error, Transaction transaction, ForkRules rules, in UInt256 baseFee, in UInt256 balance,
        ulong nonce)
    {
        string sender = transaction.Sender!.Value.ToChecksumString();
        var intrinsic = IntrinsicGas.Of(transaction, rules);
        return error switch
        {
            TransactionError.NonceTooLow =>
                $"nonce too low: address {sender}, tx: {transaction.Nonce} state: {nonce}",
            TransactionError.NonceTooHigh =>
                $"nonce too high: address {sender}, tx: {transaction.Nonce} state: {nonce}",
            TransactionError.NonceIsMax => $"nonce has max value: address {sender}, nonce: {transaction.Nonce}",
            TransactionError.InsufficientFunds =>
                $"insufficient funds for gas * price + value: address {sender} "
                + $"have {balance} want {CostOf(transaction)}",
            TransactionError.IntrinsicGasTooLow =>
                $"intrinsic gas too low: have {transaction.GasLimit}, want {intrinsic.Gas}",
            TransactionError.FloorGasTooLow =>
                $"insufficient gas for floor data gas cost: have {transaction.GasLimit}, want {intrinsic.Floor}",
            TransactionError.PriorityFeeAboveFeeCap =>
                $"max priority fee per gas higher than max fee per gas: address {sender}, maxPriorityFeePerGas: "
                + $"{transaction.MaxPriorityFeePerGas}, maxFeePerGas: {transaction.FeeCap}",
            TransactionError.FeeCapBelowBaseFee =>
                $"max fee per gas less than block base fee: address {sender}, "
                + $"maxFeePerGas: {transaction.FeeCap}, baseFee: {baseFee}",
            TransactionError.InitCodeTooLarge =>
                $"max initcode size exceeded: code size {transaction.Data.Length} limit {rules.MaxInitCodeSize}",
            TransactionError.BlobFeeCapBelowBlobBaseFee =>
                $"max fee per blob gas less than block blob gas fee: address {sender}",
            TransactionError.BlobsMissing => "blob transaction missing blob hashes",
            TransactionError.BlobCreatesContract => "blob transaction of type create",
            TransactionError.SetCodeCreatesContract => "EIP-7702 transaction cannot be used to create contract",
            TransactionError.AuthorizationListEmpty => $"EIP-7702 transaction with empty auth list (sender {sender})",
            TransactionError.SenderHasCode => $"sender not an eoa: address {sender}",
            TransactionError.GasPriceTooHigh => $"max fee per gas higher than 2^256-1: address {sender}",
            TransactionError.GasLimitExceedsBlock => "gas limit reached",
            TransactionError.GasLimitExceedsCap =>
                $"transaction gas limit too high (cap: {rules.MaxTransactionGas}, tx: {transaction.GasLimit})",
            _ => error.ToString(),
        };
    }

    private static UInt256 CostOf(Transaction transaction) =>
        transaction.FeeCap * transaction.GasLimit + transaction.Value
        + transaction.MaxFeePerBlobGas * BlobGas.Of(transaction);
}
