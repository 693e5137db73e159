using Weft.Primitives;
using Weft.State.Overlay;

namespace Weft.State.MultiVersion;

/// <summary>
/// Reads and writes of a transaction in flight. Written by the worker that executes it; others follow links into its
/// writes under the lock of the location. Two buffers of writes, for those of the incarnation before stay linked, as
/// estimates, while the next one runs.
/// </summary>
internal sealed class TransactionRecord
{
    private readonly WriteBuffer[] _buffers = [new(), new()];

    public GrowingStack<AccountRead> AccountReads = new(8);
    public GrowingStack<SlotRead> SlotReads = new(8);

    /// <summary>One for each read that may turn out stale, of accounts and slots in the order of their own.</summary>
    public GrowingStack<ReadMark> Marks = new(16);

    public readonly List<(Hash256 Hash, ReadOnlyMemory<byte> Code)> NewCode = [];

    /// <summary>The buffer that the last finished incarnation filled.</summary>
    public int Published;

    /// <summary>Writes are linked into their locations.</summary>
    public bool IsLinked;

    /// <summary>One of the linked writes leaves no storage of before.</summary>
    public bool ClearsStorage;

    /// <summary>The linked writes belong to an incarnation that was aborted: the next one will likely write there.
    /// </summary>
    public volatile bool IsEstimate;

    public WriteBuffer this[int buffer] => _buffers[buffer];

    public WriteBuffer Writes => _buffers[Published];

    /// <summary><see cref="MultiVersionMemory.Clears"/> when the incarnation began.</summary>
    public int Clears { get; private set; }

    /// <summary>An incarnation begins; what it writes goes to the other buffer.</summary>
    public void Begin(int clears)
    {
        Clears = clears;
        ForgetReads();
        NewCode.Clear();
        Next.Accounts.Clear();
        Next.Slots.Clear();
    }

    /// <summary>Another block.</summary>
    public void Reset()
    {
        (IsLinked, IsEstimate) = (false, false);
        ForgetReads();
    }

    public void ForgetReads()
    {
        AccountReads.Clear();
        SlotReads.Clear();
        Marks.Clear();
    }

    public WriteBuffer Next => _buffers[1 - Published];

    public sealed class WriteBuffer
    {
        public GrowingStack<AccountWrite> Accounts = new(8);
        public GrowingStack<SlotWrite> Slots = new(8);
    }
}
