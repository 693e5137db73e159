using System.Diagnostics;
using Weft.State.Store;

namespace Weft.Chain.Import;

/// <summary>Blocks that are written in one transaction. Filled by the executing thread, then the storing thread's.
/// </summary>
internal sealed class ImportBatch : IDisposable
{
    /// <summary>From here on the batch goes to the store as soon as that has nothing else to do. Changes of many blocks
    /// share pages of the database, so that larger batches write less.</summary>
    private const int BlocksEnough = 256, ChangesEnough = 100_000;

    /// <summary>Memory that a batch may take: 1 to 2 KiB a change with the node records.</summary>
    private const int BlocksMax = 2048, ChangesMax = 200_000;

    /// <summary>What a killed process has to do again, about.</summary>
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    private readonly ManualResetEventSlim _isWritten = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<BlockInFlight> _blocks = [];
    private int _changes;

    public IReadOnlyList<BlockInFlight> Blocks => _blocks;

    public int Count => _blocks.Count;

    public BlockInFlight Last => _blocks[^1];

    public PendingState? Pending { get; set; }

    public bool IsFull =>
        _blocks.Count >= BlocksEnough || _changes >= ChangesEnough || Stopwatch.GetElapsedTime(_started) >= Duration;

    /// <summary>It must not grow any more: memory.</summary>
    public bool IsOverfull => _blocks.Count >= BlocksMax || _changes >= ChangesMax;

    public bool IsWritten => _isWritten.IsSet;

    public void Add(BlockInFlight block)
    {
        _blocks.Add(block);
        _changes += block.Changes.Accounts.Count;
        foreach (var slots in block.Changes.Storage.Values) _changes += slots.Count;
    }

    public void Written() => _isWritten.Set();

    public void WaitUntilWritten() => _isWritten.Wait();

    public void Dispose() => _isWritten.Dispose();
}
