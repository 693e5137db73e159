using Weft.State.AccessLists;

namespace Weft.Execution.Tracing;

/// <summary>What every transaction of a valid block finds: its access list, and the logs and the gas before each.
/// Immutable, for any number of threads.</summary>
public sealed class RecordedBlock
{
    private readonly AccessListIndex _index;
    private readonly (int Logs, ulong Gas)[] _before;

    internal RecordedBlock(AccessListIndex index, IReadOnlyList<TransactionResult> results)
    {
        _index = index;
        _before = new (int, ulong)[results.Count + 1];
        for (int i = 0; i < results.Count; i++)
            _before[i + 1] = (_before[i].Logs + results[i].Logs.Count, _before[i].Gas + results[i].GasUsed);
    }

    /// <summary>For one thread.</summary>
    internal AccessListState CreateState() => _index.CreateState();

    /// <summary>Logs and gas of the block before a transaction, counted from 0; before the one that is not there any
    /// more: of all.</summary>
    internal (int Logs, ulong Gas) Before(int index) => _before[index];
}
