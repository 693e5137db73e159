using System.Runtime.InteropServices;
using Weft.State.MultiVersion;

namespace Weft.Execution.Declared;

/// <summary>
/// Hands out the parts of a block as lanes: stretches that one worker executes in order. Every worker begins with a
/// lane of about the same cost; who is done takes the rear half of the largest that is left, so lanes are few and all
/// workers end together. A lane is one word, the next part above the end, changed by compare-and-swap: a part is given
/// out once, so a word never returns and an old one is never mistaken for it.
/// </summary>
internal sealed class Lanes : ILanes
{
    private readonly ISwitchPoint? _switch;
    private readonly PaddedWord[] _lanes;

    /// <summary>What all parts below cost; one more than parts. Written before the workers start.</summary>
    private ulong[] _costsBefore = [0];

    public Lanes(int workers, ISwitchPoint? switchPoint) => (_lanes, _switch) = (new PaddedWord[workers], switchPoint);

    public void Reset(ReadOnlySpan<ulong> costs)
    {
        int count = costs.Length;
        if (_costsBefore.Length <= count) _costsBefore = new ulong[2 * (count + 1)];
        for (int i = 0; i < count; i++) _costsBefore[i + 1] = _costsBefore[i] + costs[i];
        int end = count;
        for (int worker = _lanes.Length - 1; worker >= 0; worker--)
        {
            ulong share = (ulong)((UInt128)_costsBefore[count] * (ulong)worker / (ulong)_lanes.Length);
            int first = worker == 0 ? 0 : Math.Min(end, FindCost(0, count, share));
            _lanes[worker].Value = Pack(first, end);
            end = first;
        }
    }

    public bool TryNext(int worker, out int part)
    {
        ref ulong lane = ref _lanes[worker].Value;
        while (true)
        {
            _switch?.Pass();
            ulong word = Volatile.Read(ref lane);
            part = First(word);
            if (part >= End(word)) return false;
            if (Interlocked.CompareExchange(ref lane, Pack(part + 1, End(word)), word) == word) return true;
        }
    }

    public bool TrySteal(int worker)
    {
        while (true)
        {
            _switch?.Pass();
            int victim = FindLargest(out ulong word);
            if (victim < 0) return false;
            int first = First(word), end = End(word);
            ulong half = _costsBefore[first] + (_costsBefore[end] - _costsBefore[first]) / 2;
            int middle = FindCost(first, end, half);
            if (Interlocked.CompareExchange(ref _lanes[victim].Value, Pack(first, middle), word) != word) continue;
            Volatile.Write(ref _lanes[worker].Value, Pack(middle, end));
            return true;
        }
    }

    private int FindLargest(out ulong word)
    {
        int victim = -1;
        ulong most = 0;
        word = 0;
        for (int i = 0; i < _lanes.Length; i++)
        {
            ulong lane = Volatile.Read(ref _lanes[i].Value);
            if (First(lane) >= End(lane)) continue;
            ulong cost = _costsBefore[End(lane)] - _costsBefore[First(lane)];
            if (victim >= 0 && cost <= most) continue;
            (victim, most, word) = (i, cost, lane);
        }
        return victim;
    }

    /// <summary>The last part at which no more than a cost has gone by: a costly part so begins a lane, where it holds
    /// up nothing.</summary>
    private int FindCost(int first, int end, ulong cost)
    {
        int low = first, high = end - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (_costsBefore[middle] <= cost) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    private static ulong Pack(int first, int end) => (ulong)(uint)first << 32 | (uint)end;

    private static int First(ulong word) => (int)(word >> 32);

    private static int End(ulong word) => (int)(uint)word;

    /// <summary>Two cache lines, as they are fetched in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct PaddedWord
    {
        [FieldOffset(0)]
        public ulong Value;
    }
}
