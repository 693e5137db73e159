using Weft.Evm;
using Weft.Evm.Tracing;
using Weft.Execution;
using Weft.Execution.Tracing;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Chain.Live;

/// <summary>One or more calls on the same state, each as if the others had not been. One thread.</summary>
internal sealed class CallSession(
    CallMachines machines, CallMachine machine, IStateView state, IBlockHashes hashes, BlockEnvironment block)
    : IDisposable
{
    public required ulong GasMax { get; init; }

    public required TimeSpan TimeMax { get; init; }

    public required CallWatch.Watched Watched { get; init; }

    public ForkRules Rules => machine.Rules;

    public BlockEnvironment Block => block;

    public IStateView State => state;

    public Evm.Precompiles.PrecompileSet Precompiles => machine.Processor.Precompiles;

    /// <summary>What the request asks for, as far as that is allowed.</summary>
    public ulong GasOf(CallRequest request) => Math.Min(request.Gas ?? GasMax, GasMax);

    /// <summary>The sender's account before the call.</summary>
    public Account GetSender(CallRequest request) =>
        state.TryGetAccount(request.From, out var account) ? account : Account.Empty;

    public CallResult Call(CallRequest request, ulong gas, ITracer? tracer = null)
    {
        Account sender = GetSender(request);
        var transaction = CallTransactions.Create(request, sender.Nonce, gas, block.ChainId);
        BlockEnvironment environment = EnvironmentFor(transaction);
        machine.State.Reset(state);
        var watcher = tracer as ITransactionTracer;
        watcher?.Begin(new(transaction, machine.State, environment, Rules));
        try
        {
            TransactionResult result = machine.Processor.Call(
                transaction, machine.State, environment, hashes, tracer);
            if (result.Error == TransactionError.None) watcher?.End(result);
            return Finish(result, transaction, sender);
        }
        catch (ExecutionInterruptedException)
        {
            return new() { WasStopped = true, Message = $"execution aborted (timeout = {TimeMax.TotalSeconds}s)" };
        }
    }

    public void Dispose()
    {
        Watched.Dispose();
        machines.Return(machine);
    }

    private CallResult Finish(in TransactionResult result, Transaction transaction, in Account sender) =>
        result.Error != TransactionError.None
            ? new()
            {
                Error = result.Error, GasSupplied = transaction.GasLimit,
                Message = CallMessages.Of(
                    result.Error, transaction, Rules, block.BaseFee, sender.Balance, sender.Nonce),
            }
            : new()
            {
                Halt = result.Halt, Output = result.Output.ToArray(),
                GasSupplied = transaction.GasLimit, GasUsed = result.GasUsed,
                GasUsedMax = machine.Processor.GasUsedMax, Logs = result.Logs, Created = result.Created,
                Message = CallMessages.Of(result.Halt, result.Output),
            };

    /// <summary>Who pays nothing sees a base fee of nothing, so that no fee is below it.</summary>
    private BlockEnvironment EnvironmentFor(Transaction transaction)
    {
        bool isFree = TransactionProcessor.IsFree(transaction);
        bool hasFreeBlobs = transaction.Type == TransactionType.Blob && transaction.MaxFeePerBlobGas.IsZero;
        if (!isFree && !hasFreeBlobs) return block;
        return new()
        {
            Coinbase = block.Coinbase, Number = block.Number, Timestamp = block.Timestamp, GasLimit = block.GasLimit,
            Difficulty = block.Difficulty, PrevRandao = block.PrevRandao,
            BaseFee = isFree ? UInt256.Zero : block.BaseFee,
            BlobBaseFee = hasFreeBlobs ? UInt256.Zero : block.BlobBaseFee, ChainId = block.ChainId,
        };
    }
}
