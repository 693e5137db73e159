using Weft.Primitives;
using Weft.State;
using Weft.State.Store;
using Weft.State.Trie;
using Weft.State.Verification;
using Weft.Tests.State.Trie;
using Xunit;

namespace Weft.Tests.State.Verification;

public sealed class StateVerifierTests
{
    private static readonly string[] Tables = ["accounts", "slots", "codes", "account-nodes", "storage-nodes"];

    [Theory]
    [InlineData(2_000)]
    [InlineData(20_000)]
    [InlineData(1 << 20)]
    public void A_stored_state_has_the_root_of_the_state_in_memory_in_any_number_of_passes(long memory)
    {
        for (int seed = 0; seed < 5; seed++)
        {
            using var stored = new StoredState(seed);
            var report = stored.Verify(memory);

            Assert.Equal(stored.Expected.ComputeRoot(), report.Root);
            Assert.Empty(report.Findings);
            Assert.Equal(stored.Expected.Accounts.Count(), report.Accounts);
            Assert.Equal(stored.Count("slots"), report.Slots);
            Assert.Equal(stored.Count("account-nodes") + stored.Count("storage-nodes"), report.Nodes);
            if (memory < 1 << 20) Assert.InRange(report.Passes, 2, 1 << 16);
        }
    }

    [Fact]
    public void An_account_with_more_slots_than_memory_is_read_in_passes()
    {
        using var stored = new StoredState(1, accounts: 3, slots: 3000);

        Assert.Equal(stored.Expected.ComputeRoot(), stored.Verify(memory: 10_000).Root);
    }

    [Fact]
    public void An_empty_database_has_the_root_of_no_state()
    {
        using var database = Database.CreateTemporary(StateStore.TableNames);

        Assert.Equal(Hash256.OfEmptyTrie, new StateVerifier(database, 1000).Run(() => { }, default).Root);
    }

    [Fact]
    public void Every_changed_removed_or_added_entry_is_found()
    {
        var random = new Random(5);
        for (int round = 0; round < 40; round++)
        {
            using var stored = new StoredState(round % 5);
            string table = Tables[round % Tables.Length];
            if (stored.Count(table) == 0) continue;
            stored.Damage(table, random);
            var report = stored.VerifyOrThrow();

            Assert.True(
                report is null || report.FindingCount > 0 || report.Root != stored.Expected.ComputeRoot(),
                $"{table}, round {round}");
        }
    }

    /// <summary>A random history in a database, and where it led in memory.</summary>
    private sealed class StoredState : IDisposable
    {
        private readonly Database _database = Database.CreateTemporary(StateStore.TableNames);

        public StoredState(int seed, int accounts = 300, int slots = 60)
        {
            var random = new Random(seed);
            using var store = new StateStore(_database, 1 << 20);
            using var trie = new StateTrie(1);
            for (int block = 0; block < 6; block++)
            {
                var changes = new RandomChanges(random, accounts, slots, slots).Next(Expected, 60);
                AddCode(changes, random);
                using var nodes = new NodeSet();
                trie.Update(store, changes, nodes);
                store.Apply(changes);
                store.Apply(nodes);
                Expected.Apply(changes);
            }
            var pending = store.Seal();
            using (var transaction = _database.BeginWrite())
            {
                store.Write(pending, transaction);
                transaction.Commit();
            }
            store.Committed(pending);
        }

        public InMemoryState Expected { get; } = new();

        public long Count(string table)
        {
            using var transaction = _database.BeginRead();
            return transaction.Count(_database.GetTable(table));
        }

        public StateReport Verify(long memory) => new StateVerifier(_database, memory).Run(() => { }, default);

        /// <summary>Null where a record could not be read at all.</summary>
        public StateReport? VerifyOrThrow()
        {
            try
            {
                return Verify(1 << 20);
            }
            catch (InvalidDataException)
            {
                return null;
            }
        }

        /// <summary>Changes the end of a value, or removes or adds an entry.</summary>
        public void Damage(string name, Random random)
        {
            var table = _database.GetTable(name);
            using var transaction = _database.BeginWrite();
            var (key, value) = Pick(transaction, table, random);
            int kind = random.Next(3);
            if (kind == 0) transaction.Delete(table, key);
            if (kind == 1) value[^1] ^= 1;
            if (kind == 2) key[random.Next(key.Length)] ^= 0x10;
            if (kind > 0) transaction.Put(table, key, value);
            transaction.Commit();
        }

        public void Dispose() => _database.Dispose();

        private static (byte[] Key, byte[] Value) Pick(WriteTransaction transaction, Table table, Random random)
        {
            using var cursor = transaction.OpenCursor(table);
            for (long skip = random.NextInt64(transaction.Count(table)); skip >= 0; skip--) cursor.MoveNext();
            return (cursor.Key.ToArray(), cursor.Value.ToArray());
        }

        private static void AddCode(StateChanges changes, Random random)
        {
            byte[] code = new byte[40];
            random.NextBytes(code);
            changes.Code[Keccak.Hash(code)] = code;
            foreach (var (address, account) in changes.Accounts)
            {
                if (account is not { } present) continue;
                var hash = random.Next(3) == 0 ? Keccak.Hash(code) : Hash256.OfEmptyCode;
                changes.Accounts[address] = present with { CodeHash = hash };
            }
        }
    }
}
