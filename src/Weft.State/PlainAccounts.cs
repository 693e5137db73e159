using System.Runtime.CompilerServices;
using Weft.Primitives;
using Weft.State.Overlay;

namespace Weft.State;

/// <summary>
/// Accounts without code of which only balance and nonce change, by amounts that come and go for good: a small
/// <see cref="WorldState"/> that needs no journal and reads a third of the memory. Whatever else would happen to an
/// account is refused, and what was done so far is of no use then. Keep it for the next block: its table has grown.
/// One thread at a time; others may look when it is done.
/// </summary>
public sealed class PlainAccounts
{
    private EntryTable<Address, PlainAccount> _accounts = new(256);
    private IStateReader _source = new InMemoryState();
    private bool _clearsEmpty;

    /// <summary>Forgets everything. <paramref name="clearsEmpty"/>: EIP-161 holds.</summary>
    public void Reset(IStateReader source, bool clearsEmpty)
    {
        (_source, _clearsEmpty) = (source, clearsEmpty);
        _accounts.Clear();
    }

    /// <summary>The number of an account until the next <see cref="Reset"/>. Reading many before the first is changed
    /// lets the processor wait for all of them at once.</summary>
    public int Load(in Address address)
    {
        uint hash = (uint)LocationHash.Of(address);
        int number = _accounts.Find(hash, address);
        return number >= 0 ? number : Add(hash, address);
    }

    /// <summary>What a valid transaction does to its sender. False where it has code or another nonce, or has less wei
    /// than <paramref name="needed"/>.</summary>
    public bool TryDebit(int number, ulong nonce, in UInt256 amount, in UInt256 needed)
    {
        ref var account = ref _accounts[number];
        if (account.HasCode || account.Nonce != nonce || account.Balance < needed) return false;
        account.Balance -= amount;
        account.Nonce = nonce + 1;
        account.Exists = true;
        return true;
    }

    /// <summary>False where the account has code, or would be deleted because it is empty.</summary>
    public bool TryCredit(int number, in UInt256 amount)
    {
        ref var account = ref _accounts[number];
        if (account.HasCode) return false;
        // A payment of nothing touches the account: before EIP-161 it exists from now on, since then an empty one does
        // not exist any more, and its storage with it.
        if (amount.IsZero && account.IsEmpty && _clearsEmpty) return !account.Exists;
        account.Exists = true;
        return !UInt256.AddOverflows(account.Balance, amount, out account.Balance);
    }

    /// <summary>False where the account was never loaded; otherwise what it is now, null where it does not exist.
    /// </summary>
    public bool TryFind(in Address address, out Account? account)
    {
        int number = _accounts.Find((uint)LocationHash.Of(address), address);
        account = number >= 0 && _accounts[number].Exists ? _accounts[number].ToAccount() : null;
        return number >= 0;
    }

    /// <summary>Adds all accounts that are not as in the source; there are none of these among the changes.</summary>
    public void AddChangesTo(StateChanges changes)
    {
        changes.Accounts.EnsureCapacity(changes.Accounts.Count + _accounts.Count);
        for (int i = 0; i < _accounts.Count; i++)
        {
            ref var account = ref _accounts[i];
            if (account.IsChanged) changes.Accounts.Add(account.Address, account.ToAccount());
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Add(uint hash, in Address address)
    {
        bool exists = _source.TryGetAccount(address, out var account);
        ref var added = ref _accounts.Add(hash);
        added = new()
        {
            Address = address, Existed = exists, Exists = exists,
            HasCode = exists && account.CodeHash != Hash256.OfEmptyCode,
        };
        if (exists)
        {
            (added.Nonce, added.SourceNonce) = (account.Nonce, account.Nonce);
            (added.Balance, added.SourceBalance) = (account.Balance, account.Balance);
        }
        return _accounts.Count - 1;
    }

    private struct PlainAccount : IKeyed<Address>
    {
        public Address Address;
        public bool Existed, Exists, HasCode;
        public ulong Nonce, SourceNonce;
        public UInt256 Balance, SourceBalance;

        public readonly bool IsEmpty => Nonce == 0 && Balance.IsZero;

        public readonly bool IsChanged =>
            Exists != Existed || Nonce != SourceNonce || Balance != SourceBalance;

        public readonly bool Has(in Address key) => Address == key;

        public readonly uint Hash => (uint)LocationHash.Of(Address);

        public readonly Account ToAccount() => new(Nonce, Balance, Hash256.OfEmptyCode);
    }
}
