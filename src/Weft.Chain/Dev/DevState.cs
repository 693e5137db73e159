using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;
using Weft.State.Store;

namespace Weft.Chain.Dev;

/// <summary>
/// The state at the head of a chain for development, edited by hand: single values, whole accounts, and back to where
/// it was before. Any thread; one at a time, and nobody mines meanwhile.
/// </summary>
public sealed class DevState(LiveChain chain, TransactionPool pool, DevMiner miner)
{
    /// <summary>What was done to the state after a block, to be undone by a snapshot of that state.</summary>
    private readonly record struct Done(ulong Number, byte[] Undo);

    private sealed record Snapshot(
        ulong Id, ulong Number, Hash256 Hash, int Done, MinerSettings Settings, DateTimeOffset Time);

    /// <summary>Snapshots that are kept; the oldest go first.</summary>
    public const int SnapshotsMax = 4096;

    private readonly Lock _gate = new();

    // Under the gate. What was done since the oldest snapshot, in its order.
    private readonly List<Snapshot> _snapshots = [];
    private readonly List<Done> _done = [];
    private ulong _nextId;

    /// <summary>The chain becomes another one, with an unchanged clock; see <see cref="LiveChain.Become"/>.</summary>
    /// <exception cref="InvalidDataException">The state of the genesis is not what its header says.</exception>
    public void Become(Database database, ChainSpec spec)
    {
        lock (_gate)
        {
            miner.Pause(() =>
            {
                miner.Set(_ => new());
                chain.Write(_ =>
                {
                    chain.Become(database, spec);
                    pool.Clear();
                    return true;
                });
            });
            _snapshots.Clear();
            _done.Clear();
            PinOldest();
        }
    }

    // ---- Edits ----

    public void SetBalance(in Address address, in UInt256 balance)
    {
        UInt256 value = balance;
        EditAccount(address, account => account with { Balance = value });
    }

    /// <exception cref="ArgumentException">The sum is above 2^256 - 1.</exception>
    public void AddBalance(in Address address, in UInt256 amount)
    {
        UInt256 more = amount;
        EditAccount(address, account => account.Balance + more is var sum && sum >= more
            ? account with { Balance = sum }
            : throw new ArgumentException("the balance would be above 2^256 - 1", nameof(amount)));
    }

    public void SetNonce(in Address address, ulong nonce) =>
        EditAccount(address, account => account with { Nonce = nonce });

    public void SetCode(in Address address, ReadOnlyMemory<byte> code)
    {
        Hash256 hash = Keccak.Hash(code.Span);
        EditAccount(address, account => account with { CodeHash = hash }, code);
    }

    public void SetStorage(Address address, UInt256 key, UInt256 value) => Edit(state =>
    {
        if (state.GetStorage(address, key) == value) return null;
        var changes = new StateChanges();
        // Slots count for the root only where there is an account.
        if (!state.TryGetAccount(address, out _)) changes.Accounts.Add(address, Account.Empty);
        changes.Storage.Add(address, new() { [key] = value });
        return changes;
    });

    /// <summary>Accounts as they are to be, with all their storage.</summary>
    public void Load(IEnumerable<DevAccountState> accounts)
    {
        var changes = new StateChanges();
        foreach (var account in accounts)
        {
            Hash256 codeHash = Keccak.Hash(account.Code.Span);
            if (!account.Code.IsEmpty) changes.Code[codeHash] = account.Code;
            var loaded = new Account(account.Nonce, account.Balance, codeHash);
            changes.Accounts[account.Address] = loaded.IsEmpty && account.Storage.Count == 0 ? null : loaded;
            changes.ClearedStorage.Add(account.Address);
            if (account.Storage.Count > 0) changes.Storage[account.Address] = new(account.Storage);
        }
        Edit(_ => changes);
    }

    private void EditAccount(
        Address address, Func<Account, Account> edit, ReadOnlyMemory<byte> code = default) => Edit(state =>
    {
        bool exists = state.TryGetAccount(address, out var before);
        if (!exists) before = Account.Empty;
        var after = edit(before);
        if (after == before) return null;
        var changes = new StateChanges();
        // EIP-161: there are no empty accounts.
        changes.Accounts.Add(address, after.IsEmpty && !state.HasStorage(address) ? null : after);
        if (!code.IsEmpty) changes.Code.Add(after.CodeHash, code);
        return changes;
    });

    private void Edit(Func<IStateView, StateChanges?> edit)
    {
        lock (_gate)
        {
            if (chain.Edit(edit) is var (number, undo) && _snapshots.Count > 0) _done.Add(new(number, undo));
        }
    }

    // ---- Back ----

    /// <summary>Remembers where the chain is, its clock included, and names it.</summary>
    public ulong TakeSnapshot()
    {
        lock (_gate)
        {
            ulong id = _nextId++;
            miner.Pause(() => _snapshots.Add(new(
                id, chain.Head.Number, chain.Head.Hash, _done.Count, miner.Settings, DateTimeOffset.UtcNow)));
            if (_snapshots.Count > SnapshotsMax) _snapshots.RemoveAt(0);
            PinOldest();
            return id;
        }
    }

    /// <summary>Back to a snapshot, which is used up by that, as are those after it. The pool is emptied. False where
    /// there is none of this name, or its block is not canonical any more.</summary>
    public bool Revert(ulong id)
    {
        lock (_gate)
        {
            int index = _snapshots.FindIndex(snapshot => snapshot.Id == id);
            if (index < 0) return false;
            var snapshot = _snapshots[index];
            bool isThere = false;
            miner.Pause(() => isThere = chain.Write(_ => TryGoBack(snapshot)));
            _snapshots.RemoveRange(index, _snapshots.Count - index);
            if (_snapshots.Count == 0) _done.Clear();
            else _done.RemoveRange(snapshot.Done, _done.Count - snapshot.Done);
            PinOldest();
            return isThere;
        }
    }

    /// <summary>Takes back the last blocks; their transactions are gone. The clock goes on.</summary>
    /// <exception cref="ArgumentException">There are not so many blocks.</exception>
    public void Rollback(ulong blocks)
    {
        lock (_gate)
        {
            miner.Pause(() => chain.Write(_ =>
            {
                ulong ancestor = Ancestor(blocks);
                pool.Clear();
                chain.Rewind(ancestor);
                return true;
            }));
        }
    }

    /// <summary>The last blocks are replaced by others with these transactions, those that are invalid there left out.
    /// What is pending stays so. The clock goes on.</summary>
    /// <exception cref="ArgumentException">There are not so many blocks.</exception>
    public void Reorganise(IReadOnlyList<IReadOnlyList<Transaction>> blocks)
    {
        if (blocks.Count == 0) return;
        lock (_gate)
        {
            miner.Pause(() => chain.Write(_ =>
            {
                ulong first = Ancestor((ulong)blocks.Count) + 1;
                Hash256 replaced = chain.Blocks.GetCanonicalHash(first)!.Value;
                chain.Rewind(first - 1);
                for (int i = 0; i < blocks.Count; i++)
                    // Another block than the one before, even where time and transactions are the same.
                    miner.Mine(blocks[i], i == 0 ? Keccak.Hash(replaced.Bytes) : null);
                return true;
            }));
        }
    }

    private ulong Ancestor(ulong blocks)
    {
        ulong head = chain.Head.Number, length = head - chain.Spec.Genesis.Header.Number;
        return blocks <= length
            ? head - blocks
            : throw new ArgumentException($"{blocks} blocks back: there are {length}");
    }

    /// <summary>Back to the genesis and an unchanged clock; the gas limit and the rest is the genesis', too.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            miner.Pause(() =>
            {
                miner.Set(_ => new());
                chain.Write(_ =>
                {
                    pool.Clear();
                    chain.Restart();
                    return true;
                });
            });
            _snapshots.Clear();
            _done.Clear();
            PinOldest();
        }
    }

    /// <summary>One can go back to every snapshot that there is.</summary>
    private void PinOldest() => chain.Pin(_snapshots.Count > 0 ? _snapshots[0].Number : null);

    /// <summary>As the only writer, who does not let others in between.</summary>
    private bool TryGoBack(Snapshot snapshot)
    {
        if (chain.Blocks.GetCanonicalHash(snapshot.Number) != snapshot.Hash) return false;
        pool.Clear();
        chain.Rewind(snapshot.Number);
        for (int i = _done.Count - 1; i >= snapshot.Done; i--)
            // What was done after later blocks went with them.
            if (_done[i].Number == snapshot.Number)
            {
                var changes = UndoRecord.Decode(_done[i].Undo);
                chain.Edit(_ => changes);
            }
        // Time goes on from where it was.
        miner.Set(_ => snapshot.Settings with
        {
            ClockOffsetMs = snapshot.Settings.ClockOffsetMs
                + (long)(snapshot.Time - DateTimeOffset.UtcNow).TotalMilliseconds,
        });
        return true;
    }
}

/// <summary>An account with all that belongs to it.</summary>
public sealed record DevAccountState(
    Address Address, ulong Nonce, UInt256 Balance, ReadOnlyMemory<byte> Code,
    IReadOnlyDictionary<UInt256, UInt256> Storage);
