using Weft.Chain.Building;
using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State.Store;

namespace Weft.Chain.Live;

/// <summary>
/// A chain that grows while it is read: one writer at a time, whoever it is, and any number of readers, who never wait
/// for it. Everything may be called on any thread.
/// </summary>
public sealed class LiveChain : IDisposable
{
    /// <exception cref="ChainMismatchException">The database holds a chain with another genesis.</exception>
    public static LiveChain Open(Database database, ChainSpec spec, LiveChainOptions? options = null) =>
        throw new InvalidOperationException("not yet");

    public ChainSpec Spec => throw new InvalidOperationException("not yet");
    public ChainStore Blocks => throw new InvalidOperationException("not yet");
    public BlockHeader Head => throw new InvalidOperationException("not yet");

    /// <summary>What the consensus layer said last; null before.</summary>
    public BlockHeader? Safe => throw new InvalidOperationException("not yet");

    /// <summary>What the consensus layer said last; null before.</summary>
    public BlockHeader? Finalized => throw new InvalidOperationException("not yet");

    /// <summary>The rules of a block with this timestamp after a parent.</summary>
    public ForkRules RulesAfter(BlockHeader parent, ulong timestamp) => throw new InvalidOperationException("not yet");

    // ---- Reading ----

    /// <summary>The state at the head.</summary>
    public ChainSnapshot OpenSnapshot() => throw new InvalidOperationException("not yet");

    /// <summary>The state after a canonical block; null above the head and below the undo window.</summary>
    /// <exception cref="ChainBusyException">Too many are open.</exception>
    public ChainSnapshot? OpenSnapshot(ulong number) => throw new InvalidOperationException("not yet");

    /// <summary>As above, by hash; null also for a block that is not canonical.</summary>
    public ChainSnapshot? OpenSnapshot(in Hash256 hash) => throw new InvalidOperationException("not yet");

    /// <summary>The state after a block that was built and is not imported.</summary>
    /// <exception cref="InvalidOperationException">Its parent is not canonical any more.</exception>
    public ChainSnapshot OpenSnapshot(BuiltBlock pending) => throw new InvalidOperationException("not yet");

    // ---- Writing ----

    /// <summary>See <see cref="Blockchain.Import"/>. A block with an unknown parent is kept and imported when the
    /// parent comes; a block that this node built is not executed again.</summary>
    public ImportResult Import(Block block) => throw new InvalidOperationException("not yet");

    /// <summary>A block of this node's builder becomes the head, where its parent is it.</summary>
    public ImportResult Import(BuiltBlock built) => throw new InvalidOperationException("not yet");

    /// <summary>See <see cref="Blockchain.SetHead"/>.</summary>
    public ImportResult SetHead(in Hash256 hash) => throw new InvalidOperationException("not yet");

    /// <summary>What is safe and final, by what the consensus layer says; zero leaves one as it is. False where a block
    /// is not canonical: then nothing changes.</summary>
    public bool SetFinality(in Hash256 safe, in Hash256 finalized) => throw new InvalidOperationException("not yet");

    /// <summary>See <see cref="Blockchain.Rewind"/>.</summary>
    public void Rewind(ulong number) => throw new InvalidOperationException("not yet");

    // ---- Events ----

    /// <summary>Tells of every change of the head, in order, on a thread of the subscription's own, until what is
    /// returned is disposed.</summary>
    public IDisposable Subscribe(Action<HeadChange> handler) => throw new InvalidOperationException("not yet");

    // ---- Blocks that are not part of the chain ----

    /// <summary>Why a block was refused, or the one that it builds on; null where it was not.</summary>
    public InvalidBlock? FindInvalid(in Hash256 hash) => throw new InvalidOperationException("not yet");

    /// <summary>The last ones that were refused, latest first.</summary>
    public IReadOnlyList<InvalidBlock> InvalidBlocks => throw new InvalidOperationException("not yet");

    /// <summary>The block is kept until its parent comes.</summary>
    public bool IsWaiting(in Hash256 hash) => throw new InvalidOperationException("not yet");

    public void Dispose()
    {
    }
}
