using Weft.Chain.Live;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Pool;

/// <summary>
/// Transactions that wait for a block. Each was checked at the door and its sender is known; what can be executed next
/// is <i>pending</i>, what waits for a nonce or for money is <i>queued</i>. Follows the head of its chain. Any thread.
/// </summary>
public sealed class TransactionPool : IDisposable
{
    public TransactionPool(LiveChain chain, PoolOptions? options = null)
    {
    }

    public int PendingCount => throw new InvalidOperationException("not yet");
    public int QueuedCount => throw new InvalidOperationException("not yet");

    // ---- Adding ----

    /// <summary>The network form; blob transactions come with their sidecar (EIP-4844).</summary>
    public PoolResult Add(ReadOnlyMemory<byte> encoded) => throw new InvalidOperationException("not yet");

    public PoolResult Add(Transaction transaction, BlobSidecar? sidecar = null) =>
        throw new InvalidOperationException("not yet");

    /// <summary>Drops a transaction; those of its sender with later nonces wait then.</summary>
    public bool Remove(in Hash256 hash) => throw new InvalidOperationException("not yet");

    /// <summary>Drops everything.</summary>
    public void Clear() => throw new InvalidOperationException("not yet");

    // ---- Looking ----

    public PooledTransaction? Find(in Hash256 hash) => throw new InvalidOperationException("not yet");

    /// <summary>By its versioned hash.</summary>
    public PooledBlob? FindBlob(in Hash256 versionedHash) => throw new InvalidOperationException("not yet");

    /// <summary>The nonce after the sender's pending transactions; the state's where it has none.</summary>
    public ulong GetNextNonce(in Address sender) => throw new InvalidOperationException("not yet");

    /// <summary>By sender, in the order of nonces.</summary>
    public PoolContent GetContent() => throw new InvalidOperationException("not yet");

    public PoolContent GetContent(in Address sender) => throw new InvalidOperationException("not yet");

    /// <summary>Is told of every transaction that becomes pending, on a thread of its own, until what is returned is
    /// disposed. One that cannot keep up misses some.</summary>
    public IDisposable Subscribe(Action<IReadOnlyList<PooledTransaction>> handler) =>
        throw new InvalidOperationException("not yet");

    public void Dispose()
    {
    }
}

public sealed record PoolContent(
    IReadOnlyDictionary<Address, IReadOnlyList<PooledTransaction>> Pending,
    IReadOnlyDictionary<Address, IReadOnlyList<PooledTransaction>> Queued);
