using System.Runtime.InteropServices;
using Weft.Evm;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.State;
using Weft.State.MultiVersion;

namespace Weft.Execution.Segments;

/// <summary>
/// What the workers of a block share. The leader takes transactions from the front one by one, the others stretches
/// from the rear, until they meet. The larger what is left, the larger the stretch: few states, and all end together.
/// </summary>
internal sealed class SegmentedBlock(
    BlockInput input, BlockEnvironment environment, WorldState front, ExecutedBlock output, Segment?[] segments,
    IDriver driver, bool compares)
{
    /// <summary>A stretch is so much of a worker's fair share of what is left.</summary>
    private const int ShareNumerator = 3, ShareDenominator = 4;

    /// <summary>No stretch is shorter than one part in so many of the block: that is how exactly all end together.
    /// </summary>
    private const int StretchesMax = 512;

    /// <summary>The leader takes one part in so many of what is left.</summary>
    private const int LeaderShare = 128;

    private readonly int _sizeMin = 1 + (input.Block.Transactions.Count / StretchesMax);

    private readonly ISwitchPoint? _switch = driver.SwitchPoint;
    private readonly List<Segment> _ordered = [];
    private Free _free = new() { Word = (uint)input.Block.Transactions.Count };
    private int _running, _nextToCompare, _compared;
    private volatile bool _isComparing, _isOver, _isInDoubt;

    public BlockInput Input => input;

    public BlockEnvironment Environment => environment;

    public ExecutedBlock Output => output;

    /// <summary>All segments, in the order of the block; from <see cref="BeginComparing"/> on.</summary>
    public IReadOnlyList<Segment> Ordered => _ordered;

    /// <summary>Somebody else executes, and so may want to know what the leader changes.</summary>
    public bool IsSpeculating => Volatile.Read(ref _running) != 0;

    public bool IsComparing => _isComparing;

    /// <summary>Segments are of no use to the leader any more.</summary>
    public bool IsOver => _isOver;

    /// <summary>Not all segments are whole and independent, so the leader looks at one after the other.</summary>
    public bool IsInDoubt => _isInDoubt;

    public void Doubt() => _isInDoubt = true;

    /// <summary>For the leader: the transactions up to before <paramref name="end"/> are its own.</summary>
    public bool TryTakeNext(out int end)
    {
        while (true)
        {
            _switch?.Pass();
            ulong word = Volatile.Read(ref _free.Word);
            int first = First(word), left = End(word) - first, size = Math.Max(1, left / LeaderShare);
            end = first + size;
            if (left == 0) return false;
            if (Interlocked.CompareExchange(ref _free.Word, word + ((ulong)size << 32), word) == word) return true;
        }
    }

    /// <summary>The next stretch from the rear.</summary>
    public bool TryTake(Segment segment)
    {
        while (!_isOver)
        {
            _switch?.Pass();
            ulong word = Volatile.Read(ref _free.Word);
            int first = First(word), end = End(word);
            if (first == end) return false;
            long size = (long)(end - first) * ShareNumerator / (ShareDenominator * driver.Workers);
            int middle = Math.Max(first, end - (int)Math.Max(_sizeMin, size));
            if (Interlocked.CompareExchange(ref _free.Word, word - (ulong)(end - middle), word) != word) continue;
            segment.Begin(middle, end, input.State, front, output.Results);
            Interlocked.Increment(ref _running);
            Volatile.Write(ref segments[middle], segment);
            return true;
        }
        return false;
    }

    /// <summary>For the worker that has taken it.</summary>
    public void End(Segment segment)
    {
        segment.HasBeenEnded();
        Interlocked.Decrement(ref _running);
    }

    /// <summary>For the leader: the segment that begins with a transaction which it could not take.</summary>
    public Segment At(int first)
    {
        var spinner = new SpinWait();
        Segment? segment;
        while ((segment = Volatile.Read(ref segments[first])) is null) driver.Idle(ref spinner);
        return segment;
    }

    /// <summary>For the leader: true when the segment has ended, and not in vain. As soon as it is seen to be in vain
    /// nobody waits for its end: a transaction may be long.</summary>
    public bool Wait(Segment segment)
    {
        var spinner = new SpinWait();
        front.MarkChanges();
        for (bool isSeen = false; !segment.HasEnded; driver.Idle(ref spinner))
        {
            if (isSeen ? segment.Reads.IsDisturbed : segment.Reads.Look())
            {
                segment.Abandon();
                return false;
            }
            isSeen = true;
        }
        return !segment.IsInVain;
    }

    /// <summary>For the leader, at the first segment: true when all have been executed as a whole; now all can compare.
    /// </summary>
    public bool TryBeginComparing(int first)
    {
        int count = input.Block.Transactions.Count;
        while (first < count && !_isInDoubt)
        {
            var segment = At(first);
            if (!Wait(segment) || !segment.IsWhole) Doubt();
            _ordered.Add(segment);
            first = segment.End;
        }
        if (_isInDoubt) return false;
        _isComparing = true;
        return true;
    }

    /// <summary>Compares segments with what comes before them until all are taken. The longest, at the rear, are first.
    /// </summary>
    public void Compare()
    {
        while (true)
        {
            _switch?.Pass();
            int number = _ordered.Count - Interlocked.Increment(ref _nextToCompare);
            if (number < 0) return;
            if (!_isInDoubt && !IsIndependent(number)) Doubt();
            Interlocked.Increment(ref _compared);
        }
    }

    /// <summary>For the leader: true when all were compared and nothing speaks against them.</summary>
    public bool EndComparing()
    {
        var spinner = new SpinWait();
        while (Volatile.Read(ref _compared) != _ordered.Count) driver.Idle(ref spinner);
        return !_isInDoubt;
    }

    /// <summary>Whether nothing that one has read was changed by what comes before it.</summary>
    public bool IsUndisturbed(Segment segment, WorldState before) => !compares || segment.IsUndisturbedBy(before);

    /// <summary>What still runs ends at its next transaction.</summary>
    public void End() => _isOver = true;

    public void Idle(ref SpinWait spinner) => driver.Idle(ref spinner);

    public void Pass() => _switch?.Pass();

    public BlockProcessor.Run RunOn(WorldState state) =>
        new(input.Block, environment, state, input.Hashes, null, input.Roots, output)
        {
            LeavesOutInvalid = input.LeavesOutInvalid,
        };

    private bool IsIndependent(int number)
    {
        var segment = _ordered[number];
        if (segment.State.HasRead(environment.Coinbase) || segment.State.ClearsStorage()
            || !IsUndisturbed(segment, front)) return false;
        for (int i = 0; i < number; i++)
        {
            // The worker of both has compared them.
            var earlier = _ordered[i];
            if (earlier.Worker != segment.Worker && !IsUndisturbed(segment, earlier.State)) return false;
        }
        return true;
    }

    private static int First(ulong word) => (int)(word >> 32);

    private static int End(ulong word) => (int)(uint)word;

    /// <summary>Transactions that nobody has: the first above the end, one word. Both only come closer, so no word
    /// returns. The leader writes it often: two cache lines on either side keep that from what others read.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 264)]
    private struct Free
    {
        [FieldOffset(128)]
        public ulong Word;
    }
}
