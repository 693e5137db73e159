using System.Buffers.Binary;
using Weft.Primitives;
using Weft.Primitives.Rlp;
using Weft.State.Store;
using Weft.State.Trie;

namespace Weft.State.Verification;

/// <summary>
/// Computes the root of a stored state from its accounts and slots alone and compares every node record with the node that
/// follows from them. Shares no code with the trie that wrote the records. Memory: about <paramref name="memoryBytes"/>
/// for accounts and as much again for the slots of one account; where they do not fit, the tables are read in several
/// passes, each for a part of the hashes.
/// </summary>
public sealed class StateVerifier(Database database, long memoryBytes)
{
    private const int AccountSize = HashedEntries.Overhead + 2 * 112, SlotSize = HashedEntries.Overhead + 2 * 33;

    /// <summary>Passes are told apart by the first 16 bits of a hash.</summary>
    private const int PrefixCount = 1 << 16;

    private readonly StateTables _tables = new(database);
    private readonly StateReport _report = new();
    private readonly HashedEntries _accounts = new(), _slots = new();

    /// <summary>One snapshot; <paramref name="passed"/> is called for every account of every pass.</summary>
    public StateReport Run(Action passed, CancellationToken cancellation)
    {
        using var transaction = database.BeginRead();
        var nodes = new NodeCheck(transaction, _tables, _report);
        VerifyCodes(transaction, cancellation);
        using var trie = new SortedTrie(nodes.Check);
        int passes = PassesFor(transaction.Count(_tables.Accounts), AccountSize);
        for (int pass = 0; pass < passes; pass++)
        {
            CollectAccounts(transaction, nodes, RangeOf(pass, passes), passed, cancellation);
            nodes.Owner = null;
            _accounts.MoveTo(trie);
        }
        _report.Root = trie.Finish();
        _report.Passes = passes;
        nodes.CompareCounts();
        long stored = transaction.Count(_tables.Slots);
        if (_report.Slots != stored) _report.Add($"{stored - _report.Slots} slots belong to no account");
        return _report;
    }

    /// <summary>Accounts that are there; passes over all of them are a multiple of it.</summary>
    public long CountAccounts()
    {
        using var transaction = database.BeginRead();
        return transaction.Count(_tables.Accounts) * PassesFor(transaction.Count(_tables.Accounts), AccountSize);
    }

    private int PassesFor(long count, int size) =>
        (int)Math.Clamp((count * size + memoryBytes - 1) / Math.Max(1, memoryBytes), 1, PrefixCount);

    private static (int First, int Last) RangeOf(int pass, int passes) =>
        ((int)((long)pass * PrefixCount / passes), (int)((pass + 1L) * PrefixCount / passes) - 1);

    private static bool IsIn(in Hash256 hash, (int First, int Last) range)
    {
        int prefix = BinaryPrimitives.ReadUInt16BigEndian(hash.Bytes);
        return prefix >= range.First && prefix <= range.Last;
    }

    // ---- Accounts ----

    private void CollectAccounts(
        ReadTransaction transaction, NodeCheck nodes, (int First, int Last) range, Action passed,
        CancellationToken cancellation)
    {
        using var storage = new SortedTrie(nodes.Check);
        using var writer = new RlpWriter(128);
        using var cursor = transaction.OpenCursor(_tables.Accounts);
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            passed();
            if (cursor.Key.Length != 20)
            {
                _report.Add($"accounts: a key of {cursor.Key.Length} bytes");
                continue;
            }
            var address = new Address(cursor.Key);
            var hash = Keccak.Hash(address.Bytes);
            if (!IsIn(hash, range)) continue;
            var account = StateEncoding.ReadAccount(cursor.Value);
            _report.Accounts++;
            nodes.Owner = hash;
            writer.Clear();
            StoredAccount.Write(writer, account, ComputeStorageRoot(transaction, address, storage, cancellation));
            _accounts.Add(hash, writer.Written);
            if (account.CodeHash != Hash256.OfEmptyCode
                && !transaction.TryGet(_tables.Codes, account.CodeHash.Bytes, out _))
                _report.Add($"account {address}: its code {account.CodeHash} is missing");
        }
    }

    // ---- Storage ----

    private Hash256 ComputeStorageRoot(
        ReadTransaction transaction, Address address, SortedTrie trie, CancellationToken cancellation)
    {
        long capacity = Math.Max(1024, memoryBytes / SlotSize);
        long count = CollectSlots(transaction, address, (0, PrefixCount - 1), capacity, cancellation);
        _report.Slots += count;
        if (count == 0) return Hash256.OfEmptyTrie;
        if (count <= capacity)
        {
            _slots.MoveTo(trie);
            return trie.Finish();
        }
        int passes = PassesFor(count, SlotSize);
        for (int pass = 0; pass < passes; pass++)
        {
            CollectSlots(transaction, address, RangeOf(pass, passes), long.MaxValue, cancellation);
            _slots.MoveTo(trie);
        }
        return trie.Finish();
    }

    /// <summary>Gives how many there are; beyond <paramref name="capacity"/> they are only counted and none is kept.
    /// </summary>
    private long CollectSlots(
        ReadTransaction transaction, Address address, (int First, int Last) range, long capacity,
        CancellationToken cancellation)
    {
        long count = 0;
        using var writer = new RlpWriter(64);
        using var cursor = transaction.OpenCursor(_tables.Slots);
        _slots.Clear();
        byte[] prefix = address.Bytes.ToArray();
        for (bool found = cursor.Seek(prefix); found; found = cursor.MoveNext())
        {
            var key = cursor.Key;
            if (!key.StartsWith(prefix)) break;
            if ((++count & 0xffff) == 0) cancellation.ThrowIfCancellationRequested();
            if (key.Length != 52 || cursor.Value.IsEmpty)
            {
                _report.Add($"slots of {address}: a key of {key.Length} bytes, a value of {cursor.Value.Length}");
                continue;
            }
            if (count > capacity)
            {
                _slots.Clear();
                continue;
            }
            var hash = Keccak.Hash(key[20..]);
            if (!IsIn(hash, range)) continue;
            writer.Clear();
            writer.Write(StateEncoding.ReadNumber(cursor.Value));
            _slots.Add(hash, writer.Written);
        }
        return count;
    }

    // ---- Codes ----

    private void VerifyCodes(ReadTransaction transaction, CancellationToken cancellation)
    {
        using var cursor = transaction.OpenCursor(_tables.Codes);
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            _report.Codes++;
            var hash = Keccak.Hash(cursor.Value);
            if (!cursor.Key.SequenceEqual(hash.Bytes))
                _report.Add($"code {Hex.Encode(cursor.Key)}: its bytes have the hash {hash}");
        }
    }
}
