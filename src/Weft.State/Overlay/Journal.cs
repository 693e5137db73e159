using System.Diagnostics;
using System.Runtime.CompilerServices;
using Weft.Primitives;

namespace Weft.State.Overlay;

/// <summary>
/// What has to be undone, last first. A record is four bytes; what it restores lies on a stack of its kind, so that
/// marking something warm, or a slot's first write, costs four bytes, and changing another word 36.
/// </summary>
internal struct Journal()
{
    private const int KindBits = 4;

    private GrowingStack<uint> _records = new(256);
    private GrowingStack<UInt256> _words = new(64);
    private GrowingStack<AccountBody> _bodies = new(4);
    private GrowingStack<SlotEntry> _slots = new(4);

    public readonly int Count => _records.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Push(Undo kind, int index = 0)
    {
        Debug.Assert((uint)index < 1u << (32 - KindBits));
        _records.Push((uint)index << KindBits | (uint)kind);
    }

    public void Push(Undo kind, int index, in UInt256 old)
    {
        _words.Push(old);
        Push(kind, index);
    }

    public void Push(int index, in AccountBody old)
    {
        _bodies.Push(old);
        Push(Undo.Body, index);
    }

    public void Push(int index, in SlotEntry old)
    {
        _slots.Push(old);
        Push(Undo.SlotLife, index);
    }

    public Undo Pop(out int index)
    {
        uint record = _records.Pop();
        index = (int)(record >> KindBits);
        return (Undo)(record & ((1 << KindBits) - 1));
    }

    public ref readonly UInt256 PopWord() => ref _words.Pop();
    public ref readonly AccountBody PopBody() => ref _bodies.Pop();
    public ref readonly SlotEntry PopSlot() => ref _slots.Pop();

    public void Clear()
    {
        _records.Clear();
        _words.Clear();
        _bodies.Clear();
        _slots.Clear();
    }
}
