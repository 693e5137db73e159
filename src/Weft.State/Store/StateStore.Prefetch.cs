using System.Runtime.CompilerServices;
using Weft.State.Trie;

namespace Weft.State.Store;

public sealed partial class StateStore
{
    /// <summary>Fetches what the cache has of the records: first all buckets, then all entries, so that the ways to
    /// memory overlap instead of following each other.</summary>
    [SkipLocalsInit]
    public void Prefetch(ReadOnlySpan<NodeKey> keys)
    {
        Span<ulong> hashes = stackalloc ulong[INodeReader.PrefetchMax];
        Span<byte> place = stackalloc byte[NodeKey.MaxSize + CacheEpochs<Primitives.Hash256>.Size];
        for (int i = 0; i < keys.Length; i++)
        {
            int keySize = keys[i].WriteTo(place), placeSize = AppendOwnerEpoch(keys[i], place, keySize);
            hashes[i] = _nodeCache.PrefetchBucket(place[..placeSize]);
        }
        foreach (ulong hash in hashes[..keys.Length]) _nodeCache.PrefetchEntry(hash);
    }
}
