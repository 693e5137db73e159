using System.Runtime.InteropServices;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Execution.Strategies.Auto;

/// <summary>What can be told of a transaction before it runs: a number for its class, and a key for the function that
/// it calls.</summary>
/// <remarks>Transactions that meet look alike: the same sender, the same function, the same first argument (of a token
/// the recipient). Whether these were met before in the sample of a block is part of class and key.</remarks>
internal readonly record struct CallClass(int Number, ulong Key)
{
    public const int Count = Kinds << 3;

    private const int Kinds = 4, Transfer = 0, Call = 1, Create = 2, TransferAmongTransfers = 3;
    private const int SenderSeen = 1, CalleeSeen = 2, ArgumentSeen = 4;
    private const int SelectorSize = 4, ArgumentEnd = SelectorSize + 32;
    private const ulong Mix = 0x9e3779b97f4a7c15;

    /// <summary>What a class takes before anything was measured.</summary>
    public static (float Gas, float NanosecondsPerGas) FirstGuess(int number) => (number >> 3) switch
    {
        Transfer or TransferAmongTransfers => (21_000, 0.04f),
        Call => (60_000, 0.3f),
        _ => (1_000_000, 0.1f),
    };

    /// <summary>What a strategy makes of serial time before anything was measured: who has not been tried is thought
    /// well of, the more so the less it costs to be wrong. Plain transfers declare themselves, which needs no proof,
    /// and speculation costs more than they do.</summary>
    public static float FirstRatio(int number, Strategy strategy, float hope) => (number >> 3) switch
    {
        TransferAmongTransfers => strategy == Strategy.Declared ? hope * 0.7f : 1,
        Transfer => 1,
        _ => strategy switch
        {
            Strategy.Segments => hope * 0.92f,
            Strategy.Declared => hope,
            _ => hope * 1.08f,
        },
    };

    /// <summary><paramref name="isInPlainBlock"/>: transfers among others only are executed in another way.</summary>
    public static CallClass Of(Transaction transaction, SeenSet seen, bool isInPlainBlock)
    {
        var data = transaction.Data.Span;
        ulong callee = transaction.To is { } to ? (uint)LocationHash.Of(to) : 0;
        int kind = transaction.To is null ? Create
            : !data.IsEmpty ? Call
            : isInPlainBlock ? TransferAmongTransfers : Transfer;
        if (kind == Call && data.Length >= SelectorSize) callee |= (ulong)MemoryMarshal.Read<uint>(data) << 32;
        int flags = 0;
        if (transaction.Sender is { } sender && seen.Add((uint)LocationHash.Of(sender) | 1ul << 32))
            flags |= SenderSeen;
        if (seen.Add(callee * Mix)) flags |= CalleeSeen;
        if (kind == Call && data.Length >= ArgumentEnd)
        {
            var argument = UInt256.FromBigEndian(data[SelectorSize..ArgumentEnd]);
            if (seen.Add((callee ^ (uint)LocationHash.Of(argument)) * Mix)) flags |= ArgumentSeen;
        }
        int number = kind << 3 | flags;
        // Recipients of plain transfers are many, and all alike.
        ulong key = kind == Call ? callee ^ (ulong)number << 24 : (ulong)number;
        return new(number, (key + 1) * Mix | 1);
    }
}

/// <summary>What a block has shown so far, roughly: an entry may be lost to another one. Never cleared, entries carry
/// the number of their round.</summary>
internal sealed class SeenSet
{
    private const int CapacityBits = 9;

    // Key in the high half, round in the low one: few cache lines.
    private readonly ulong[] _entries = new ulong[1 << CapacityBits];
    private uint _round;

    /// <summary>Forgets everything.</summary>
    public void Begin() => _round++;

    /// <summary>True when it was there.</summary>
    public bool Add(ulong key)
    {
        ulong mixed = key * 0xd6e8feb86659fd93;
        ref ulong entry = ref _entries[(int)(mixed >> (64 - CapacityBits))];
        ulong mine = mixed << CapacityBits & ~(ulong)uint.MaxValue | _round;
        bool wasThere = entry == mine;
        entry = mine;
        return wasThere;
    }
}
