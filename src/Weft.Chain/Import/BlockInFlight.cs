using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Chain.Import;

/// <summary>A block on its way through the pipeline. Each stage fills in its part and hands the block on.</summary>
internal sealed class BlockInFlight(Block block, BlockHeader parent, int size, string place) : IDisposable
{
    private readonly ManualResetEventSlim _isRecovered = new();

    /// <summary>With senders once these are recovered.</summary>
    public Block Block { get; private set; } = block;

    public BlockHeader Parent { get; } = parent;

    /// <summary>Bytes of its encoding.</summary>
    public int Size { get; } = size;

    /// <summary>Where it lies, for messages.</summary>
    public string Place { get; } = place;

    public UInt256 TotalDifficulty { get; set; }

    public BlockResult Result { get; set; } = new();

    public StateChanges Changes { get; set; } = null!;

    public byte[] Undo { get; set; } = [];

    public void Recovered(Block block, BlockResult? error)
    {
        Block = block;
        if (error is not null) Result = error;
        _isRecovered.Set();
    }

    public void WaitForSenders() => _isRecovered.Wait();

    public void Dispose() => _isRecovered.Dispose();
}
