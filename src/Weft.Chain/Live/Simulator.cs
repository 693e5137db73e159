using Weft.Chain.Validation;
using Weft.Evm;
using Weft.Evm.Precompiles;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Live;

/// <summary>Simulates blocks on top of a snapshot (execution-apis, eth_simulateV1). One request, one thread.</summary>
internal sealed class Simulator(
    ChainSpec spec, CallOptions options, CallMachines machines, CallWatch watch, ChainSnapshot snapshot,
    SimulationRequest request, CancellationToken cancellation) : IDisposable
{
    private readonly SimulatedChain _chain = new(snapshot);
    private readonly long _deadline = Environment.TickCount64 + (long)options.TimeMaxOf(spec).TotalMilliseconds;
    private ulong _gasLeft = options.GasMax;

    public SimulationResult Run()
    {
        var blocks = new List<SimulatedBlock>();
        try
        {
            var plan = SimulationPlan.Create(
                request.Blocks, snapshot.Header.Number, snapshot.Header.Timestamp, options.SimulatedBlocksMax);
            foreach (var block in plan) blocks.Add(Run(block));
            return new(blocks);
        }
        catch (SimulationException error)
        {
            return new([]) { ErrorCode = error.Code, Message = error.Message };
        }
        catch (ArgumentException error)
        {
            return new([]) { ErrorCode = SimulationError.Other, Message = error.Message };
        }
        catch (ExecutionInterruptedException)
        {
            return new([])
            {
                ErrorCode = SimulationError.Other,
                Message = $"execution aborted (timeout = {options.TimeMax.TotalSeconds}s)",
            };
        }
    }

    public void Dispose() => _chain.Dispose();

    private SimulatedBlock Run(SimulatedBlockRequest block)
    {
        BlockOverrides overrides = block.Block!;
        // On which side of Paris the base is, the blocks on it are.
        UInt256 difficulty = snapshot.Header.Difficulty.IsZero ? UInt256.MaxValue : UInt256.Zero;
        ForkRules rules = spec.Forks.RulesAt(overrides.Number!.Value, overrides.Timestamp!.Value, difficulty);
        BlockHeader header = CreateHeader(overrides, rules);
        var machine = machines.Rent(rules);
        var time = TimeSpan.FromMilliseconds(Math.Max(0, _deadline - Environment.TickCount64));
        var watched = watch.Begin(machine.Processor, time, cancellation);
        try
        {
            return Run(block, header, rules, machine);
        }
        finally
        {
            watched.Dispose();
            machines.Return(machine);
        }
    }

    private SimulatedBlock Run(
        SimulatedBlockRequest wanted, BlockHeader header, ForkRules rules, CallMachine machine)
    {
        if (wanted.State is { Count: > 0 } overrides)
        {
            machine.Processor.Precompiles = StateOverrides.Apply(overrides, PrecompileSet.Of(rules.Fork));
            _chain.Apply(StateOverrides.ToChanges(overrides, _chain.State));
        }
        var environment = CreateEnvironment(header, rules, wanted.Block!);
        var block = new Block(header, [], [], rules.Withdrawals ? wanted.Block!.Withdrawals ?? [] : null);
        machine.State.Reset(_chain.State);
        var simulation = machine.Blocks.Simulate(block, environment, machine.State, _chain);
        machine.Processor.LogsTransfers = request.TracesTransfers;
        var calls = new List<SimulatedCall>(wanted.Calls.Count);
        foreach (var call in wanted.Calls) calls.Add(Call(call, simulation, environment, rules, machine));
        machine.Processor.LogsTransfers = false;
        BlockResult result = simulation.End();
        if (result.Error != BlockError.None)
            throw new SimulationException(SimulationError.Other, result.Detail ?? result.Error.ToString());
        return Seal(block, result, calls, machine);
    }

    private SimulatedBlock Seal(Block block, BlockResult result, List<SimulatedCall> calls, CallMachine machine)
    {
        _chain.Apply(machine.State.GetChanges());
        Transaction[] transactions = [.. calls.Select(call => call.Transaction)];
        var sealedBlock = block with
        {
            Header = Building.HeaderTemplate.Complete(
                block.Header, result, ListRoot.OfTransactions(transactions), _chain.Root),
            Transactions = transactions,
        };
        _chain.Append(sealedBlock.Header);
        return new(sealedBlock, calls);
    }

    // ---- Calls ----

    private SimulatedCall Call(
        CallRequest call, BlockSimulation simulation, BlockEnvironment block, ForkRules rules, CallMachine machine)
    {
        ulong nonce = machine.State.GetNonce(call.From), left = block.GasLimit - simulation.GasUsed;
        ulong gas = call.Gas ?? left;
        if (gas > left)
            throw new SimulationException(
                SimulationError.BlockGasLimit,
                $"block gas limit reached: {simulation.GasUsed} >= {block.GasLimit}");
        gas = Math.Min(gas, _gasLeft);
        var shown = CallTransactions.Create(call, call.Nonce ?? nonce, gas, block.ChainId);
        var used = request.Validates || shown.Nonce == nonce
            ? shown
            : CallTransactions.Create(call, nonce, gas, block.ChainId);
        UInt256 balance = machine.State.GetBalance(call.From);
        TransactionResult result = simulation.Call(used, shown, request.Validates);
        if (result.Error != TransactionError.None)
        {
            string reason = CallMessages.Of(result.Error, shown, rules, block.BaseFee, balance, nonce);
            throw new SimulationException(CodeOf(result.Error), $"err: {reason} (supplied gas {gas})");
        }
        _gasLeft -= result.GasUsed;
        return new(
            shown, result.Halt, result.Output.ToArray(), result.GasUsed, machine.Processor.GasUsedMax, result.Logs)
        {
            LogIndexes = [.. result.Logs.Select(simulation.NumberOf)],
            Message = CallMessages.Of(result.Halt, result.Output),
        };
    }

    private static int CodeOf(TransactionError error) => error switch
    {
        TransactionError.NonceTooLow => SimulationError.NonceTooLow,
        TransactionError.NonceTooHigh => SimulationError.NonceTooHigh,
        TransactionError.FeeCapBelowBaseFee => SimulationError.FeeCapTooLow,
        TransactionError.IntrinsicGasTooLow or TransactionError.FloorGasTooLow => SimulationError.IntrinsicGas,
        TransactionError.InsufficientFunds => SimulationError.InsufficientFunds,
        TransactionError.SenderHasCode => SimulationError.SenderHasCode,
        TransactionError.InitCodeTooLarge => SimulationError.InitCodeTooLarge,
        TransactionError.PriorityFeeAboveFeeCap or TransactionError.GasPriceTooHigh => SimulationError.InvalidParams,
        _ => SimulationError.Internal,
    };

    // ---- Headers ----

    private BlockHeader CreateHeader(BlockOverrides overrides, ForkRules rules)
    {
        BlockHeader parent = _chain.Tip;
        return new()
        {
            ParentHash = parent.Hash,
            Number = overrides.Number!.Value,
            Timestamp = overrides.Timestamp!.Value,
            Beneficiary = overrides.FeeRecipient ?? parent.Beneficiary,
            GasLimit = overrides.GasLimit ?? parent.GasLimit,
            MixHash = overrides.PrevRandao ?? Hash256.Zero,
            Difficulty = overrides.Difficulty
                ?? (rules.Difficulty == DifficultyRule.Zero ? UInt256.Zero : parent.Difficulty),
            // Without validation nobody has to pay: a base fee would be above every price that is not there.
            BaseFeePerGas = !rules.BaseFee ? null
                : overrides.BaseFee ?? (request.Validates ? BaseFee.After(parent) : UInt256.Zero),
            WithdrawalsRoot = rules.Withdrawals ? ListRoot.OfWithdrawals(overrides.Withdrawals ?? []) : null,
            BlobGasUsed = rules.Blobs is null ? null : 0,
            ExcessBlobGas = rules.Blobs is null ? null : BlobGas.NextExcess(parent, rules),
            ParentBeaconBlockRoot = rules.BeaconRoots ? overrides.ParentBeaconBlockRoot ?? Hash256.Zero : null,
        };
    }

    private BlockEnvironment CreateEnvironment(BlockHeader header, ForkRules rules, BlockOverrides overrides)
    {
        var environment = BlockProcessor.CreateEnvironment(header, rules, spec.Forks.ChainId);
        return overrides.BlobBaseFee is null ? environment : CallExecutor.Override(environment, overrides);
    }
}
