using Weft.Primitives;

namespace Weft.Chain.Pool;

/// <summary>The blobs of the pool by their versioned hashes, and those that were mined a little ago: a block may be
/// taken back, and blocks do not hold blobs. Under the lock of the pool.</summary>
internal sealed class BlobIndex
{
    /// <summary>Mined transactions whose sidecars are kept, and their blobs: 64 MiB.</summary>
    private const int MinedMax = 256, MinedBlobsMax = 512;

    private readonly Dictionary<Hash256, PooledBlob> _blobs = [];
    private readonly Dictionary<Hash256, PooledTransaction> _mined = [];
    private readonly Queue<Hash256> _order = new();
    private int _minedBlobs;

    public PooledBlob? Find(in Hash256 versionedHash) => _blobs.GetValueOrDefault(versionedHash);

    public BlobSidecar? FindMined(in Hash256 transaction) => _mined.GetValueOrDefault(transaction)?.Sidecar;

    public void Add(PooledTransaction transaction)
    {
        if (transaction.Sidecar is not { } sidecar) return;
        var hashes = transaction.Transaction.BlobVersionedHashes;
        for (int i = 0; i < hashes.Count; i++) _blobs[hashes[i]] = new(sidecar, i);
    }

    /// <summary>It left the pool; most likely into a block.</summary>
    public void Remove(PooledTransaction transaction)
    {
        if (transaction.Sidecar is null || !_mined.TryAdd(transaction.Hash, transaction)) return;
        _order.Enqueue(transaction.Hash);
        _minedBlobs += transaction.Sidecar.Blobs.Count;
        while ((_mined.Count > MinedMax || _minedBlobs > MinedBlobsMax) && _order.TryDequeue(out var oldest))
            if (_mined.Remove(oldest, out var forgotten)) Forget(forgotten);
    }

    private void Forget(PooledTransaction transaction)
    {
        _minedBlobs -= transaction.Sidecar!.Blobs.Count;
        foreach (var hash in transaction.Transaction.BlobVersionedHashes)
            if (_blobs.TryGetValue(hash, out var blob) && blob.Sidecar == transaction.Sidecar) _blobs.Remove(hash);
    }
}
