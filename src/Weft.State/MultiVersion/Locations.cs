using System.Runtime.CompilerServices;
using Weft.Primitives;
using Weft.State.Overlay;

namespace Weft.State.MultiVersion;

/// <summary>
/// An account of the block: what is committed, and versions in flight, the youngest first. Fields are guarded by
/// <see cref="Lock"/>. Versions of transactions that are committed stay among the others until they are applied.
/// </summary>
internal struct AccountLocation : IKeyed<Address>
{
    public SpinGate Lock;
    public bool IsLoaded;
    public bool Exists;
    public bool ExistedOriginally;

    /// <summary>A commit changed it.</summary>
    public bool IsDirty;

    /// <summary>A commit cleared the storage: what the source has of it is gone.</summary>
    public bool StorageCleared;

    /// <summary>See <see cref="LocationWord"/>.</summary>
    public ulong Word;

    /// <summary>Versions in flight that clear the storage, or are just doing so.</summary>
    public int ClearsInFlight;

    /// <summary>Versions in flight that are not only payments.</summary>
    public int ChangesInFlight;

    public VersionList Versions;
    public ReaderSet Readers;
    public Address Address;
    public Account Committed;

    /// <summary>What the source has.</summary>
    public Account Original;

    /// <summary>One more than the number of the slot location added last, or 0. Not guarded by the lock, and far from
    /// what everybody reads: slots of one contract are added by all.</summary>
    public int FirstSlot;

    public readonly bool Has(in Address key) => Address == key;
    public readonly uint Hash => (uint)LocationHash.Of(Address);
}

/// <summary>A slot of the block; see <see cref="AccountLocation"/>.</summary>
internal struct SlotLocation : IKeyed<SlotKey>
{
    public SpinGate Lock;
    public bool IsLoaded;
    public bool IsDirty;

    /// <summary>See <see cref="LocationWord"/>.</summary>
    public ulong Word;

    public int Account;

    /// <summary>The next slot of the account: one more than its number, or 0.</summary>
    public int NextSlot;

    public VersionList Versions;
    public ReaderSet Readers;
    public UInt256 Key;
    public UInt256 Committed;

    /// <summary>What the source has.</summary>
    public UInt256 Original;

    public readonly bool Has(in SlotKey key) => key.Is(Account, in Key);
    public readonly uint Hash => new SlotKey(Account, in Key).Hash;
}

/// <summary>Numbers for the locations that one thread adds.</summary>
internal struct NewNumbers
{
    public NumberRange Accounts, Slots;
}

/// <summary>A lock for a few instructions.</summary>
public struct SpinGate
{
    private int _taken;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _taken, 1, 0) != 0) Wait();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit() => Volatile.Write(ref _taken, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wait()
    {
        var spinner = new SpinWait();
        while (Volatile.Read(ref _taken) != 0 || Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
            spinner.SpinOnce(sleep1Threshold: -1);
    }
}

/// <summary>Transactions in flight that read a location, one bit each by their index modulo <see cref="Bits"/>; where
/// more are in flight, several share a bit. Only of locations that somebody has written in this block.</summary>
[InlineArray(Words)]
internal struct ReaderSet
{
    public const int Words = 4, Bits = 64 * Words;
    private ulong _word;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(int transaction)
    {
        ref ulong word = ref this[(transaction & (Bits - 1)) >> 6];
        if ((Volatile.Read(ref word) & 1UL << transaction) == 0) Interlocked.Or(ref word, 1UL << transaction);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Remove(int transaction) =>
        Interlocked.And(ref this[(transaction & (Bits - 1)) >> 6], ~(1UL << transaction));
}
