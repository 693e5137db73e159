using Weft.Chain.Live;
using Weft.Chain.Pool;

namespace Weft.Chain.Building;

/// <summary>Mines on its own: as soon as there are transactions, or at an interval. For chains without consensus layer.
/// Any thread.</summary>
public sealed class DevMiner : IDisposable
{
    public DevMiner(LiveChain chain, TransactionPool pool, BlockBuilder builder)
    {
    }

    /// <summary>Mines as soon as a transaction is pending.</summary>
    public bool IsInstant { get; set; }

    /// <summary>Mines at this interval, also empty blocks; null: not.</summary>
    public TimeSpan? Interval { get; set; }

    /// <summary>What is added to the clock to make timestamps.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>The timestamp of the next block only.</summary>
    public ulong? NextTimestamp { get; set; }

    /// <summary>Mines one block now, whatever the settings.</summary>
    public BuiltBlock Mine(ulong? timestamp = null) => throw new InvalidOperationException("not yet");

    public void Dispose()
    {
    }
}
