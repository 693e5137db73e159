using System.Diagnostics;

namespace Weft.State.Overlay;

/// <summary>
/// Locations as a set of hashes, which may hold too much: equal hashes are not told apart. One thread adds while others
/// look. These may miss what is added at that moment, and see everything that was added before they were told so. A
/// mark is 63 bits of the hash, of which none is ever equal by chance, and whether a change is certain; 0 is free.
/// </summary>
internal sealed class LocationMarks
{
    private const int LengthMin = 1024;

    private const ulong Certain = 1;

    private ulong[] _marks = new ulong[LengthMin];
    private int _count;

    /// <summary>Nobody looks meanwhile.</summary>
    public void Clear()
    {
        // What one large block needed is not to be swept for each small one.
        if (_marks.Length > LengthMin && _count < _marks.Length / 32) _marks = new ulong[_marks.Length / 2];
        else Array.Clear(_marks);
        _count = 0;
    }

    public void Add(ulong hash, bool isCertain)
    {
        var marks = _marks;
        if (2 * _count >= marks.Length) marks = Grow();
        Put(marks, ToMark(hash) | (isCertain ? Certain : 0));
        _count++;
    }

    public bool Contains(ulong hash) => Find(hash) != 0;

    /// <summary>Whether it is marked, and the change was one when it was marked.</summary>
    public bool ContainsCertain(ulong hash) => (Find(hash) & Certain) != 0;

    private ulong Find(ulong hash)
    {
        var marks = Volatile.Read(ref _marks);
        ulong sought = ToMark(hash);
        // Half are free, so the search ends, and soon.
        for (uint position = Place(sought); ; position++)
        {
            ulong mark = marks[position & (marks.Length - 1)];
            if (mark == 0 || (mark & ~Certain) == sought) return mark;
        }
    }

    private ulong[] Grow()
    {
        var larger = new ulong[4 * _marks.Length];
        foreach (ulong mark in _marks)
            if (mark != 0) Put(larger, mark);
        // Who looks finds all of it, or what was there before.
        Volatile.Write(ref _marks, larger);
        return larger;
    }

    private static void Put(ulong[] marks, ulong mark)
    {
        Debug.Assert(mark > Certain);
        for (uint position = Place(mark); ; position++)
        {
            ref ulong place = ref marks[position & (marks.Length - 1)];
            if (place != 0 && (place & ~Certain) != (mark & ~Certain)) continue;
            place |= mark;
            return;
        }
    }

    private static uint Place(ulong mark) => (uint)(mark >> 32);

    private static ulong ToMark(ulong hash) => hash > Certain ? hash & ~Certain : 2;
}
