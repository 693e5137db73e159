using System.Collections.Concurrent;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Evm.Precompiles;
using Weft.Execution;
using Weft.State;

namespace Weft.Chain.Live;

/// <summary>A machine with its state; one thread at a time.</summary>
internal sealed class CallMachine(ForkRules rules, ChainSpec spec, CodeCache codes) : IDisposable
{
    private static readonly InMemoryState Nothing = new();

    public ForkRules Rules { get; } = rules;

    public BlockProcessor Blocks { get; } = new(rules, spec.Forks.ChainId, codes, spec.DepositContract);

    public TransactionProcessor Processor => Blocks.Transactions;

    public WorldState State { get; } = new(Nothing);

    /// <summary>Nothing of the call before is left, nor held.</summary>
    public void Reset()
    {
        State.Reset(Nothing);
        Processor.LogsTransfers = false;
        Processor.ForgetLogNumbers();
        Processor.Precompiles = PrecompileSet.Of(Rules.Fork);
    }

    public void Dispose() => Blocks.Dispose();
}

/// <summary>Machines that wait for calls, by rules. Any thread.</summary>
internal sealed class CallMachines(ChainSpec spec) : IDisposable
{
    /// <summary>Of one fork; more are thrown away after use.</summary>
    private static readonly int IdleMax = 2 * Environment.ProcessorCount;

    private readonly ConcurrentDictionary<ForkRules, ConcurrentBag<CallMachine>> _idle =
        new(ReferenceEqualityComparer.Instance);

    /// <summary>Shared by all: what one call has analysed the others need not.</summary>
    private readonly CodeCache _codes = new();

    private volatile bool _isDisposed;

    public ChainSpec Spec => spec;

    public CallMachine Rent(ForkRules rules) =>
        _idle.TryGetValue(rules, out var idle) && idle.TryTake(out var machine) ? machine : new(rules, spec, _codes);

    public void Return(CallMachine machine)
    {
        var idle = _idle.GetOrAdd(machine.Rules, _ => []);
        if (idle.Count >= IdleMax || _isDisposed)
        {
            machine.Dispose();
            return;
        }
        machine.Reset();
        idle.Add(machine);
    }

    public void Dispose()
    {
        _isDisposed = true;
        foreach (var idle in _idle.Values)
            while (idle.TryTake(out var machine)) machine.Dispose();
    }
}
