using Weft.Primitives.Blocks;

namespace Weft.Execution.Tracing;

/// <summary>What every transaction of a valid block finds: its access list, and the logs and the gas before each.
/// Immutable, for any number of threads.</summary>
public sealed class RecordedBlock
{
    private readonly (int Logs, ulong Gas)[] _before;

    internal RecordedBlock(BlockAccessList list, IReadOnlyList<TransactionResult> results)
    {
        List = list;
        _before = new (int, ulong)[results.Count + 1];
        for (int i = 0; i < results.Count; i++)
            _before[i + 1] = (_before[i].Logs + results[i].Logs.Count, _before[i].Gas + results[i].GasUsed);
    }

    internal BlockAccessList List { get; }

    /// <summary>Logs and gas of the block before a transaction, counted from 0; before the one that is not there any
    /// more: of all.</summary>
    internal (int Logs, ulong Gas) Before(int index) => _before[index];
}
