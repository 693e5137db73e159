using System.Buffers.Binary;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Execution.Declared;

/// <summary>
/// What transactions are expected to take, in nanoseconds. Gas says little of the few that take longest, proofs mostly:
/// calls of a function of a contract that took long are known by what they took. A fixed number of places, of which
/// new ones take over what they hit: who calls ever new contracts makes it forget, and a wrong guess costs time only.
/// Estimates and lessons are one thread's; measuring is everybody's.
/// </summary>
internal sealed class CallTimes
{
    /// <summary>A call that takes less holds nobody up.</summary>
    public const float CostlyNanoseconds = 20_000;

    /// <summary>With a lower limit nothing takes long, and looking at the clock is not for nothing.</summary>
    public const ulong GasMin = 100_000;

    /// <summary>Mainnet blocks execute at some 10 gas a nanosecond, with limits of about twice the gas.</summary>
    private const float NanosecondsPerGasOfLimit = 0.05f;

    private const int Capacity = 1 << 12;

    private readonly Place[] _places = new Place[Capacity];

    public ulong Estimate(Transaction transaction, ulong blockGasLimit)
    {
        if (transaction.GasLimit < GasMin) return (ulong)(transaction.GasLimit * NanosecondsPerGasOfLimit);
        ulong key = KeyOf(transaction);
        ref Place place = ref _places[key % Capacity];
        return place.Key == key
            ? (ulong)place.Nanoseconds
            : (ulong)(Math.Min(transaction.GasLimit, blockGasLimit) * NanosecondsPerGasOfLimit);
    }

    /// <summary>Shorter times count for more: a thread may have been kept waiting.</summary>
    public void Learn(Transaction transaction, float nanoseconds)
    {
        ulong key = KeyOf(transaction);
        ref Place place = ref _places[key % Capacity];
        if (place.Key != key) place = new() { Key = key, Nanoseconds = nanoseconds };
        else place.Nanoseconds += (nanoseconds < place.Nanoseconds ? 0.5f : 0.2f) * (nanoseconds - place.Nanoseconds);
    }

    /// <summary>By callee and selector; mixed with a secret of the process, and never zero.</summary>
    private static ulong KeyOf(Transaction transaction)
    {
        var data = transaction.Data.Span;
        uint selector = data.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(data) : 0;
        uint callee = transaction.To is { } to ? (uint)LocationHash.Of(to) : 0;
        return ((ulong)selector << 32 | (callee ^ selector * 0x9E3779B1)) + 1;
    }

    private struct Place
    {
        public ulong Key;
        public float Nanoseconds;
    }
}
