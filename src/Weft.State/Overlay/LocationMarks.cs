using System.Diagnostics;

namespace Weft.State.Overlay;

/// <summary>
/// Locations as a set of hashes, which may hold too much: equal hashes are not told apart. One thread adds while others
/// look. These may miss what is added at that moment, and see everything that was added before they were told so. A
/// mark is 31 bits of the hash and whether a change is certain; 0 is free.
/// </summary>
internal sealed class LocationMarks
{
    private const int LengthMin = 1024;

    private const uint Certain = 1;

    private uint[] _marks = new uint[LengthMin];
    private int _count;

    /// <summary>Nobody looks meanwhile.</summary>
    public void Clear()
    {
        // What one large block needed is not to be swept for each small one.
        if (_marks.Length > LengthMin && _count < _marks.Length / 32) _marks = new uint[_marks.Length / 2];
        else Array.Clear(_marks);
        _count = 0;
    }

    public void Add(uint hash, bool isCertain)
    {
        var marks = _marks;
        if (4 * _count >= marks.Length) marks = Grow();
        Place(marks, ToMark(hash) | (isCertain ? Certain : 0));
        _count++;
    }

    public bool Contains(uint hash) => Find(hash) != 0;

    /// <summary>Whether it is marked, and the change was one when it was marked.</summary>
    public bool ContainsCertain(uint hash) => (Find(hash) & Certain) != 0;

    private uint Find(uint hash)
    {
        var marks = Volatile.Read(ref _marks);
        uint sought = ToMark(hash);
        // Three quarters are free, so the search ends.
        for (uint position = sought >> 1; ; position++)
        {
            uint mark = marks[position & (marks.Length - 1)];
            if (mark == 0 || (mark & ~Certain) == sought) return mark;
        }
    }

    private uint[] Grow()
    {
        var larger = new uint[4 * _marks.Length];
        foreach (uint mark in _marks)
            if (mark != 0) Place(larger, mark);
        // Who looks finds all of it, or what was there before.
        Volatile.Write(ref _marks, larger);
        return larger;
    }

    private static void Place(uint[] marks, uint mark)
    {
        Debug.Assert(mark > Certain);
        for (uint position = mark >> 1; ; position++)
        {
            ref uint place = ref marks[position & (marks.Length - 1)];
            if (place != 0 && (place & ~Certain) != (mark & ~Certain)) continue;
            place |= mark;
            return;
        }
    }

    private static uint ToMark(uint hash) => hash > Certain ? hash & ~Certain : 2;
}
