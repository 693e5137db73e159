namespace Weft.Execution.Strategies.Auto;

/// <summary>
/// Costs by callee: a fixed number of places, two for each key, of which the one that was used longer ago is given
/// away. So whoever calls ever new contracts makes the table forget and nothing else.
/// </summary>
internal sealed class CallTable
{
    public const int Capacity = 1 << CapacityBits;

    private const int CapacityBits = 12;

    private readonly CallCost[] _places = new CallCost[Capacity];

    public ref CallCost this[int place] => ref _places[place];

    /// <summary>The place of a key; a new one begins with what is known of its <paramref name="kind"/>.</summary>
    public int FindOrAdd(ulong key, in CallCost kind, int block)
    {
        // Keys are products: all of their factors is in the high bits only.
        int first = (int)(key >> (64 - CapacityBits)), second = first ^ 1;
        if (_places[first].Key == key) return Use(first, block);
        if (_places[second].Key == key) return Use(second, block);
        int place = Age(first, block) >= Age(second, block) ? first : second;
        ref CallCost cost = ref _places[place];
        cost = new() { Key = key, Gas = kind.Gas };
        cost.NanosecondsPerGas.Value = kind.NanosecondsPerGas.Value;
        return Use(place, block);
    }

    private int Use(int place, int block)
    {
        _places[place].UsedIn = block;
        return place;
    }

    private int Age(int place, int block) => _places[place].Key == 0 ? int.MaxValue : block - _places[place].UsedIn;
}
