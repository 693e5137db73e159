using Weft.Primitives;

namespace Weft.Execution.Parallel;

/// <summary>How often calls of a contract had to be run again, of the contracts met lately. Bounded: places are few, a
/// contract displaces the one that shared its place.</summary>
internal sealed class ContentionStatistics
{
    private const int Places = 4096;

    /// <summary>A contract's share moves by this part of the difference with each call.</summary>
    private const float Weight = 1f / 8;

    private const float High = 0.4f, Low = 0.02f;

    private readonly (Address Contract, float Share)[] _places = new (Address, float)[Places];

    public bool IsHigh(in Address contract)
    {
        ref var place = ref PlaceOf(contract);
        return place.Share > High && place.Contract == contract;
    }

    public void Add(in Address contract, bool wasInVain)
    {
        ref var place = ref PlaceOf(contract);
        if (place.Contract != contract)
        {
            // What seldom conflicts is not worth a place.
            if (!wasInVain) return;
            place = (contract, 0);
        }
        // A contract that is waited for no longer conflicts; that it did is forgotten slowly.
        float weight = wasInVain ? Weight : Weight / 64;
        place.Share += ((wasInVain ? 1 : 0) - place.Share) * weight;
        if (place.Share < Low) place = default;
    }

    private ref (Address Contract, float Share) PlaceOf(in Address contract) =>
        ref _places[(uint)contract.GetHashCode() % Places];
}
