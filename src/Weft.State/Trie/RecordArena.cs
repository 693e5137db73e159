using System.Diagnostics;

namespace Weft.State.Trie;

/// <summary>
/// Native memory that only grows, in chunks: what lies in it stays where it is until <see cref="Clear"/>, so that hash
/// jobs may point into it. One writer; any readers of what was written before.
/// </summary>
internal sealed unsafe class RecordArena : IDisposable
{
    private const int FirstChunkSize = 1 << 16;

    private readonly List<ArenaChunk> _chunks = [];
    private int _current = -1;
    private byte* _next, _end;

    /// <summary>Where chunks come from; the system without one.</summary>
    public ChunkPool? Pool { get; set; }

    /// <summary>Where the next reservation begins, unless it needs another chunk.</summary>
    public byte* Position => _next;

    /// <summary>Room for <paramref name="size"/> bytes, at most 64 KiB; <see cref="Commit"/> takes what is
    /// used.</summary>
    public byte* Reserve(int size)
    {
        Debug.Assert(size is >= 0 and <= FirstChunkSize, "a reservation fits any chunk");
        // Safe: both pointers belong to one chunk, or are null both.
        if (_end - _next < size) NextChunk();
        return _next;
    }

    public void Commit(int size)
    {
        Debug.Assert(size <= _end - _next, "no more than was reserved");
        _next += size;
    }

    public byte* Take(int size)
    {
        byte* taken = Reserve(size);
        _next += size;
        return taken;
    }

    public byte* Copy(ReadOnlySpan<byte> bytes)
    {
        byte* copy = Take(bytes.Length);
        bytes.CopyTo(new(copy, bytes.Length));
        return copy;
    }

    /// <summary>Gives back what was taken since <see cref="Position"/> was <paramref name="position"/>, where that is
    /// in the current chunk.</summary>
    public void Rewind(byte* position)
    {
        if (_current < 0) return;
        byte* start = _chunks[_current].Start;
        if (position >= start && position <= _next) _next = position;
    }

    /// <summary>Forgets everything, keeps the memory.</summary>
    public void Clear()
    {
        _current = -1;
        _next = _end = null;
    }

    /// <summary>Takes over the chunks of another arena, which is empty afterwards.</summary>
    public void TakeOver(RecordArena other)
    {
        int used = other._current + 1;
        // In front, so that the current chunk stays the last one that is used.
        _chunks.InsertRange(0, other._chunks[..used]);
        _current += used;
        if (_current == used - 1) _next = _end = null;
        other._chunks.RemoveRange(0, used);
        other.Clear();
    }

    public void Dispose()
    {
        foreach (var chunk in _chunks) chunk.Free();
        _chunks.Clear();
        Clear();
    }

    private void NextChunk()
    {
        if (++_current == _chunks.Count)
            _chunks.Add(Pool?.Take() ?? new(_current == 0 ? FirstChunkSize : ChunkPool.ChunkSize, null));
        _next = _chunks[_current].Start;
        _end = _next + _chunks[_current].Size;
    }
}
