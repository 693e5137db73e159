using System.Collections.Concurrent;
using Weft.Primitives;

namespace Weft.State.Store;

/// <summary>Code by its hash, bounded: what was not asked for during a whole generation is forgotten. Safe for any
/// threads.</summary>
internal sealed class CodeMemory(long bytesMax)
{
    /// <summary>Of an entry beside its code: objects and a place in the dictionary.</summary>
    private const int Overhead = 160;

    private sealed class Generation
    {
        public readonly ConcurrentDictionary<Hash256, ReadOnlyMemory<byte>> Codes = new();
        public long Bytes;
    }

    private readonly Lock _gate = new();
    private volatile Generation _present = new(), _past = new();

    public bool TryGet(in Hash256 hash, out ReadOnlyMemory<byte> code)
    {
        if (_present.Codes.TryGetValue(hash, out code)) return true;
        if (!_past.Codes.TryGetValue(hash, out code)) return false;
        Add(hash, code);
        return true;
    }

    public void Add(in Hash256 hash, ReadOnlyMemory<byte> code)
    {
        long size = code.Length + Overhead;
        if (size > bytesMax / 4) return;
        var generation = _present;
        if (!generation.Codes.TryAdd(hash, code)) return;
        if (Interlocked.Add(ref generation.Bytes, size) <= bytesMax / 2) return;
        lock (_gate)
        {
            // Only the first to find it full replaces it.
            if (_present != generation) return;
            _past = generation;
            _present = new();
        }
    }
}
