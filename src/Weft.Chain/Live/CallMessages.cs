using System.Text;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Live;

/// <summary>Why calls fail, in the words that clients of go-ethereum know.</summary>
public static class CallMessages
{
    private const int SelectorSize = 4, WordSize = 32;

    private static ReadOnlySpan<byte> ErrorSelector => [0x08, 0xc3, 0x79, 0xa0];

    private static ReadOnlySpan<byte> PanicSelector => [0x4e, 0x48, 0x7b, 0x71];

    /// <summary>Null for success.</summary>
    public static string? Of(Halt halt, ReadOnlyMemory<byte> output) => halt switch
    {
        Halt.Success => null,
        Halt.Revert => FindReason(output.Span) is { } reason ? $"execution reverted: {reason}" : "execution reverted",
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

    /// <summary>What Error(string) or Panic(uint256) of Solidity say; null for anything else.</summary>
    public static string? FindReason(ReadOnlySpan<byte> output)
    {
        if (output.Length < SelectorSize + WordSize) return null;
        ReadOnlySpan<byte> data = output[SelectorSize..];
        if (output.StartsWith(PanicSelector)) return NameOfPanic(UInt256.FromBigEndian(data[..WordSize]));
        if (!output.StartsWith(ErrorSelector) || !TryReadSize(data, 0, out int offset)) return null;
        if (!TryReadSize(data, offset, out int length) || length > data.Length - offset - WordSize) return null;
        return Encoding.UTF8.GetString(data.Slice(offset + WordSize, length));
    }

    /// <summary>A number that can be a place within the data.</summary>
    private static bool TryReadSize(ReadOnlySpan<byte> data, int offset, out int size)
    {
        size = 0;
        if (offset < 0 || offset > data.Length - WordSize) return false;
        UInt256 word = UInt256.FromBigEndian(data.Slice(offset, WordSize));
        if (!word.IsUInt64 || word.U0 > (ulong)data.Length) return false;
        size = (int)word.U0;
        return true;
    }

    private static string NameOfPanic(in UInt256 code) => (code.IsUInt64 ? code.U0 : ulong.MaxValue) switch
    {
        0x00 => "generic panic",
        0x01 => "assert(false)",
        0x11 => "arithmetic underflow or overflow",
        0x12 => "division or modulo by zero",
        0x21 => "enum overflow",
        0x22 => "invalid encoded storage byte array accessed",
        0x31 => "out-of-bounds array access; popping on an empty array",
        0x32 => "out-of-bounds access of an array or bytesN",
        0x41 => "out of memory",
        0x51 => "uninitialized function",
        _ => $"unknown panic code: {code}",
    };

    private static UInt256 CostOf(Transaction transaction) =>
        transaction.FeeCap * transaction.GasLimit + transaction.Value
        + transaction.MaxFeePerBlobGas * BlobGas.Of(transaction);
}
