using System.Runtime.Intrinsics.X86;

namespace Weft.State.Trie;

/// <summary>Memory that will be read soon, to be asked for a few lines at a time while something else is computed: the
/// processor has only some dozens of lines on their way at once, and waits to ask for more. One thread.
/// Safe: prefetching never faults.</summary>
internal sealed unsafe class FetchList
{
    private const int LineSize = 64;

    private Piece[] _pieces = new Piece[256];
    private int _count, _next;

    /// <summary>Lines that were not fetched yet.</summary>
    public int Lines { get; private set; }

    public void Add(nint start, int length)
    {
        nint first = start & -LineSize, end = (start + length + LineSize - 1) & -LineSize;
        if (_count == _pieces.Length) Array.Resize(ref _pieces, 2 * _count);
        _pieces[_count++] = new(first, end);
        Lines += (int)((end - first) / LineSize);
    }

    /// <summary>Asks for some lines more.</summary>
    public void Fetch(int lines)
    {
        lines = Math.Min(lines, Lines);
        Lines -= lines;
        while (lines > 0)
        {
            ref var piece = ref _pieces[_next];
            nint at = piece.At, end = Math.Min(piece.End, at + lines * LineSize);
            lines -= (int)((end - at) / LineSize);
            for (; at < end; at += LineSize) Sse.Prefetch0((byte*)at);
            piece.At = at;
            if (at == piece.End) _next++;
        }
        if (Lines == 0) (_count, _next) = (0, 0);
    }

    private struct Piece(nint at, nint end)
    {
        public nint At = at;
        public readonly nint End = end;
    }
}
