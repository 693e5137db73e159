using System.Diagnostics;
using System.Runtime.CompilerServices;
using Weft.Primitives;
using Weft.State.MultiVersion;
using Weft.State.Overlay;

namespace Weft.State;

public sealed partial class WorldState
{
    /// <summary>True when the account is in the state, also as an empty one.</summary>
    public bool Exists(in Address address) => Body(address, Observed.Existence).Exists;

    /// <summary>EIP-161; also true when there is no account.</summary>
    public bool IsEmpty(in Address address) => Body(address, Observed.Emptiness).IsEmpty;

    public UInt256 GetBalance(in Address address) => Body(address, Observed.Balance).Balance;
    public ulong GetNonce(in Address address) => Body(address, Observed.Nonce).Nonce;

    /// <summary>Keccak-256 of the code; without code or account that of no bytes. The layer above gives zero where
    /// EIP-1052 asks for it.</summary>
    public Hash256 GetCodeHash(in Address address) => Body(address, Observed.Code).CodeHash;

    public ReadOnlyMemory<byte> GetCode(in Address address)
    {
        ref AccountBody body = ref Body(address, Observed.Code);
        if (!body.CodeIsLoaded)
        {
            if (body.CodeHash != Hash256.OfEmptyCode) body.Code = _source.GetCode(body.CodeHash);
            body.CodeIsLoaded = true;
        }
        return body.Code;
    }

    /// <summary>Room for whatever the layer above derived from the account's code (analysed bytecode), kept with the
    /// account entry so that a call finds it with one lookup; null whenever the code has changed since. Read or write
    /// it at once: any other call may move it.</summary>
    public ref object? CodeAttachment(in Address address) => ref Body(address, Observed.Code).Attachment;

    public void SetNonce(in Address address, ulong nonce)
    {
        int index = Load(address);
        ref AccountBody body = ref Change(index);
        _journal.Push(Undo.Nonce, index, body.Nonce);
        body.Nonce = nonce;
    }

    /// <summary>Creates the account if need be; touches it, also for zero.</summary>
    public void AddBalance(in Address address, in UInt256 amount)
    {
        int index = Load(address);
        UInt256.Add(Change(index).Balance, amount, out var balance);
        SetBalance(index, balance);
    }

    /// <summary>The caller has checked the balance. Touches the account, but does not create it for zero.</summary>
    public void SubtractBalance(in Address address, in UInt256 amount)
    {
        int index = Load(address);
        if (amount.IsZero && !_accounts[index].Body.Exists)
        {
            Observe(index, Observed.Existence);
            return;
        }
        bool underflow = UInt256.SubtractUnderflows(Change(index).Balance, amount, out var balance);
        Debug.Assert(!underflow, "the caller checks the balance");
        SetBalance(index, balance);
    }

    /// <summary>Copies the code.</summary>
    public void SetCode(in Address address, ReadOnlyMemory<byte> code)
    {
        int index = Load(address);
        ref AccountBody body = ref Change(index);
        _journal.Push(index, body);
        body.Code = code.ToArray();
        body.CodeHash = code.IsEmpty ? Hash256.OfEmptyCode : Keccak.Hash(code.Span);
        body.CodeIsLoaded = true;
        body.Attachment = null;
    }

    /// <summary>Marks for EIP-161 clearing; does not create.</summary>
    public void Touch(in Address address)
    {
        int index = Load(address);
        Observe(index, Observed.Existence);
        if (_accounts[index].Body.Exists) Change(index);
    }

    /// <summary>EIP-684 and EIP-7610: nonce, code or storage is not empty. Storage that the source has counts for as
    /// long as the account lives: no code could have emptied it, for there is none.</summary>
    public bool HasCollision(in Address address)
    {
        int index = Load(address);
        Observe(index, Observed.Existence | Observed.Nonce | Observed.Code);
        ref AccountBody body = ref _accounts[index].Body;
        return body.Exists && (body.Nonce != 0 || body.CodeHash != Hash256.OfEmptyCode || HasStorage(index));
    }

    /// <summary>Begins a contract: nonce 0, no code, no storage, balance kept, created in this transaction.</summary>
    public void CreateAccount(in Address address)
    {
        int index = Load(address);
        ref AccountBody body = ref Change(index);
        _journal.Push(index, body);
        body = AccountBody.Missing(++_generation) with
        {
            Exists = true, Balance = body.Balance, CreatedIn = _transaction,
        };
    }

    public bool IsCreatedInTransaction(in Address address) =>
        Body(address, Observed.None).CreatedIn == _transaction;

    /// <summary>Moves the balance; deletes at the end of the transaction unless it is to be kept (EIP-6780: then a
    /// transfer to itself changes nothing, otherwise it burns). True when newly marked.</summary>
    public bool SelfDestruct(in Address address, in Address beneficiary, bool onlyWhenCreated)
    {
        int index = Load(address), heir = Load(beneficiary);
        Observe(index, Observed.Balance);
        UInt256 balance = Change(index).Balance;
        bool isDeleted = !onlyWhenCreated || _accounts[index].Body.CreatedIn == _transaction;
        if (heir != index)
        {
            UInt256.Add(Change(heir).Balance, balance, out var sum);
            SetBalance(heir, sum);
            SetBalance(index, UInt256.Zero);
        }
        else if (isDeleted)
        {
            SetBalance(index, UInt256.Zero);
        }
        return isDeleted && MarkDestroyed(index);
    }

    /// <summary>True when cold until now (EIP-2929); marks it warm without reading it.</summary>
    public bool AccessAccount(in Address address)
    {
        int index = IndexOf(address);
        ref AccountEntry entry = ref _accounts[index];
        if (entry.WarmIn == _transaction) return false;
        entry.WarmIn = _transaction;
        _journal.Push(Undo.AccountWarmth, index);
        return true;
    }

    // ---- Entries ----

    private ref AccountBody Body(in Address address, Observed observed)
    {
        ref AccountEntry entry = ref _accounts[Load(address)];
        entry.Observed |= observed;
        return ref entry.Body;
    }

    /// <summary>The number of the account's entry, which has been read from the source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Load(in Address address)
    {
        int index = IndexOf(address);
        if (_accounts[index].LoadedIn != _sourceGeneration) LoadFromSource(index);
        return index;
    }

    /// <summary>The number of the account's entry, which may have been added just now and not be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int IndexOf(in Address address)
    {
        int last = _last;
        return last < _accounts.Count && _accounts[last].Has(address) ? last : FindOrAdd(address);
    }

    private int FindOrAdd(in Address address)
    {
        uint hash = (uint)LocationHash.Of(address);
        int index = _accounts.Find(hash, address);
        if (index < 0)
        {
            index = _accounts.Count;
            _accounts.Add(hash) = new() { Address = address };
        }
        return _last = index;
    }

    private void LoadFromSource(int index)
    {
        ref AccountEntry entry = ref _accounts[index];
        if (_view is not null)
        {
            LoadFromView(ref entry, index);
        }
        else
        {
            bool exists = _source.TryGetAccount(entry.Address, out var account);
            entry.Body = AccountBody.From(exists, exists ? account : Account.Empty, _sourceGeneration);
        }
        entry.LoadedIn = _sourceGeneration;
    }

    /// <summary>Prepares an account for a change: it exists, is touched and is among the dirty ones.</summary>
    private ref AccountBody Change(int index)
    {
        ref AccountEntry entry = ref _accounts[index];
        if (entry.Dirty == 0) MarkDirty(index);
        if (!entry.Body.Exists)
        {
            entry.Body.Exists = true;
            _journal.Push(Undo.Existence, index);
        }
        if (entry.TouchedIn != _transaction)
        {
            entry.TouchedIn = _transaction;
            _touched.Push(index);
            _journal.Push(Undo.Touch, index);
        }
        return ref entry.Body;
    }

    /// <summary>Comes before the first change, so the entry still is what the source has.</summary>
    private void MarkDirty(int index)
    {
        ref AccountEntry entry = ref _accounts[index];
        Debug.Assert(entry.LoadedIn == _sourceGeneration && entry.Body.Generation == _sourceGeneration);
        _dirtyAccounts.Push(new(index, entry.Body.Exists, entry.Body.ToAccount()));
        entry.Dirty = _dirtyAccounts.Count;
    }

    private void SetBalance(int index, in UInt256 balance)
    {
        ref AccountBody body = ref _accounts[index].Body;
        if (body.Balance == balance) return;
        _journal.Push(Undo.Balance, index, body.Balance);
        body.Balance = balance;
    }

    private bool MarkDestroyed(int index)
    {
        ref AccountEntry entry = ref _accounts[index];
        if (entry.DestroyedIn == _transaction) return false;
        entry.DestroyedIn = _transaction;
        _destroyed.Push(index);
        _journal.Push(Undo.Destruction, index);
        return true;
    }

    private void UndoTouch(ref AccountEntry entry)
    {
        entry.TouchedIn = 0;
        _touched.Pop();
        _ripemdTouched |= entry.Address == Ripemd160;
    }

    private void DeleteIfEmpty(ref AccountEntry entry)
    {
        if (entry.Body.Exists && entry.Body.IsEmpty) Delete(ref entry);
    }

    /// <summary>Not journaled: the transaction has ended.</summary>
    private void Delete(ref AccountEntry entry) => entry.Body = AccountBody.Missing(++_generation);
}
