using System.Runtime.InteropServices;

namespace Weft.State.Trie;

/// <summary>A piece of native memory. Safe: nobody keeps <see cref="Start"/> longer than the chunk.</summary>
internal sealed unsafe class ArenaChunk(int size, ChunkPool? pool) : IDisposable
{
    public byte* Start { get; private set; } = (byte*)NativeMemory.Alloc((nuint)size);

    public int Size => size;

    /// <summary>For a set that was forgotten; its owner disposes it.</summary>
    ~ArenaChunk() => NativeMemory.Free(Start);

    /// <summary>To the pool that it came from, or to the system.</summary>
    public void Free()
    {
        if (pool is null || !pool.TryKeep(this)) Dispose();
    }

    public void Dispose()
    {
        NativeMemory.Free(Start);
        Start = null;
        GC.SuppressFinalize(this);
    }
}

/// <summary>
/// Chunks that come back when a store is done with the sets of earlier blocks: memory that was used before costs no
/// page faults. Belongs to one <see cref="StateTrie"/>. For any threads.
/// </summary>
internal sealed class ChunkPool : IDisposable
{
    public const int ChunkSize = 1 << 18;

    /// <summary>256 MiB, the sets of a dozen large blocks.</summary>
    private const int CountMax = 1024;

    private readonly Stack<ArenaChunk> _chunks = [];
    private readonly Lock _lock = new();
    private bool _isDisposed;

    public ArenaChunk Take()
    {
        lock (_lock)
        {
            return _chunks.TryPop(out var chunk) ? chunk : new(ChunkSize, this);
        }
    }

    public bool TryKeep(ArenaChunk chunk)
    {
        lock (_lock)
        {
            if (_isDisposed || _chunks.Count == CountMax) return false;
            _chunks.Push(chunk);
            return true;
        }
    }

    /// <summary>Chunks that come back later go to the system.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            while (_chunks.TryPop(out var chunk)) chunk.Dispose();
        }
    }
}
