using System.Runtime.CompilerServices;
using Weft.Primitives;
using Weft.State.Trie;

namespace Weft.State.Store;

/// <summary>
/// State and tries as a database held them at one commit, for as long as it is not disposed. Pages of that commit are
/// not used again meanwhile, so it should not live long. Any thread, one at a time inside: LMDB asks for it.
/// </summary>
public sealed class StateSnapshot : IStateView, INodeReader, IDisposable
{
    private readonly ReadTransaction _transaction;
    private readonly StateTables _tables;
    private readonly Lock _gate = new();

    /// <summary>Under the gate.</summary>
    private bool _isExpired;

    private StateSnapshot(Database database, ReadTransaction transaction) =>
        (_tables, _transaction) = (new(database), transaction);

    /// <summary>The last commit.</summary>
    public static StateSnapshot Open(Database database) => new(database, database.BeginRead());

    [SkipLocalsInit]
    public bool TryGetAccount(in Address address, out Account account)
    {
        lock (_gate)
        {
            bool exists = Transaction.TryGet(_tables.Accounts, address.Bytes, out var record);
            account = exists ? StateEncoding.ReadAccount(record) : default;
            return exists;
        }
    }

    [SkipLocalsInit]
    public UInt256 GetStorage(in Address address, in UInt256 key)
    {
        Span<byte> place = stackalloc byte[StateStore.SlotKeySize];
        StateStore.WriteSlotKey(address, key, place);
        lock (_gate)
        {
            return Transaction.TryGet(_tables.Slots, place, out var record)
                ? StateEncoding.ReadNumber(record)
                : UInt256.Zero;
        }
    }

    public bool HasStorage(in Address address)
    {
        lock (_gate)
        {
            using var cursor = Transaction.OpenCursor(_tables.Slots);
            byte[] prefix = address.Bytes.ToArray();
            return cursor.Seek(prefix) && cursor.Key.StartsWith(prefix);
        }
    }

    /// <exception cref="InvalidDataException">There is no such code.</exception>
    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash)
    {
        if (codeHash == Hash256.OfEmptyCode) return default;
        lock (_gate)
        {
            return Transaction.TryGet(_tables.Codes, codeHash.Bytes, out var code)
                ? code.ToArray()
                : throw new InvalidDataException($"no code with the hash {codeHash}");
        }
    }

    public IEnumerable<KeyValuePair<UInt256, UInt256>> GetSlots(Address address)
    {
        var found = new List<KeyValuePair<UInt256, UInt256>>();
        var from = new byte[StateStore.SlotKeySize];
        address.CopyTo(from);
        do
        {
            found.Clear();
            lock (_gate) StateStore.ReadSlots(Transaction, _tables.Slots, from, found);
            foreach (var slot in found) yield return slot;
        }
        while (found.Count == StateStore.SlotsPerRead && StateStore.Advance(from, found[^1].Key));
    }

    /// <summary>All accounts, in the order of their addresses.</summary>
    public IEnumerable<KeyValuePair<Address, Account>> GetAccounts()
    {
        var found = new List<KeyValuePair<Address, Account>>();
        byte[]? after = null;
        do
        {
            found.Clear();
            lock (_gate) ReadAccounts(after, found);
            foreach (var account in found) yield return account;
            if (found.Count > 0) after = found[^1].Key.Bytes.ToArray();
        }
        while (found.Count == StateStore.SlotsPerRead);
    }

    private void ReadAccounts(byte[]? after, List<KeyValuePair<Address, Account>> found)
    {
        using var cursor = Transaction.OpenCursor(_tables.Accounts);
        bool any = cursor.Seek(after ?? new byte[20]);
        if (any && after is not null && cursor.Key.SequenceEqual(after)) any = cursor.MoveNext();
        for (; any && found.Count < StateStore.SlotsPerRead; any = cursor.MoveNext())
            found.Add(new(new(cursor.Key), StateEncoding.ReadAccount(cursor.Value)));
    }

    public int ReadNode(in NodeKey key, Span<byte> destination)
    {
        Span<byte> place = stackalloc byte[NodeKey.MaxSize];
        place = place[..key.WriteTo(place)];
        lock (_gate)
        {
            var table = key.IsStorage ? _tables.StorageNodes : _tables.AccountNodes;
            if (!Transaction.TryGet(table, place, out var record)) return 0;
            if (!record.TryCopyTo(destination)) throw new InvalidDataException("a record of the tries is too long");
            return record.Length;
        }
    }

    /// <summary>Reads other tables at the same commit.</summary>
    public T Read<T>(Func<ReadTransaction, T> read)
    {
        lock (_gate) return read(Transaction);
    }

    /// <summary>Ends it for whoever holds it still: from now on it throws.</summary>
    public void Expire()
    {
        lock (_gate) _isExpired = true;
        Dispose();
    }

    public void Dispose()
    {
        lock (_gate) _transaction.Dispose();
    }

    private ReadTransaction Transaction => _isExpired ? throw new SnapshotExpiredException() : _transaction;
}

/// <summary>A snapshot was held for longer than it may be.</summary>
public sealed class SnapshotExpiredException() : Exception("the state was held for too long and has been given up");
