using System.Diagnostics;
using Weft.State.Store;

namespace Weft.Chain.Import;

/// <summary>Blocks that are written in one transaction. Filled by the executing thread, then the storing thread's.
/// </summary>
internal sealed class ImportBatch : IDisposable
{
    private const int BlocksMax = 1024, ChangesMax = 200_000;

    /// <summary>A batch takes at least this long to fill, if nothing else makes it full: what is lost when the process is
    /// killed.</summary>
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(500);

    private readonly ManualResetEventSlim _isWritten = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<BlockInFlight> _blocks = [];
    private int _changes;

    public IReadOnlyList<BlockInFlight> Blocks => _blocks;

    public int Count => _blocks.Count;

    public BlockInFlight Last => _blocks[^1];

    public PendingState? Pending { get; set; }

    public bool IsFull =>
        _blocks.Count >= BlocksMax || _changes >= ChangesMax || Stopwatch.GetElapsedTime(_started) >= Duration;

    /// <summary>It must not grow any more: memory.</summary>
    public bool IsOverfull => _blocks.Count >= 2 * BlocksMax || _changes >= 2 * ChangesMax;

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
