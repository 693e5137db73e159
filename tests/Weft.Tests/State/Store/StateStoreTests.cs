using Weft.Primitives;
using Weft.State;
using Weft.State.Store;
using Weft.State.Trie;
using Weft.Tests.State.Trie;
using Xunit;

namespace Weft.Tests.State.Store;

/// <summary>Random histories of a store, its trie and its undo records beside whole states in memory.</summary>
public sealed class StateStoreTests
{
    private const int Accounts = 12, Slots = 10;

    /// <summary>A store with what it should hold: the states after the blocks that are applied, and how to go back.
    /// </summary>
    private sealed class Scenario : IDisposable
    {
        private readonly Random _random;
        private readonly Database _database = Database.CreateTemporary(StateStore.TableNames);
        private readonly StateTrie _trie = new(2);
        private readonly List<InMemoryState> _states = [new()];
        private readonly List<byte[]> _undo = [];
        private readonly Queue<(PendingState Pending, int Block)> _sealed = new();

        /// <summary>Blocks in the database, and blocks sealed.</summary>
        private int _committed, _sealedTo;

        public Scenario(int seed, long cacheBytes)
        {
            _random = new(seed);
            Store = new(_database, cacheBytes);
        }

        public StateStore Store { get; }

        private InMemoryState Head => _states[^1];

        public void Step()
        {
            switch (_random.Next(10))
            {
                case < 5: ApplyBlock(); break;
                case 5: Seal(); break;
                case 6: Commit(); break;
                case 7: UndoBlock(); break;
                case 8: ReadEarlier(); break;
                default:
                    if (_random.Next(3) == 0) Discard();
                    break;
            }
        }

        private void ApplyBlock()
        {
            var next = Head.Clone();
            var changes = new RandomChanges(_random, Accounts, Slots).Next(Head, _random.Next(1, 8));
            var code = new byte[_random.Next(1, 50)];
            _random.NextBytes(code);
            changes.Code[Keccak.Hash(code)] = code;
            next.Apply(changes);
            _undo.Add(UndoRecord.Encode(changes, Store));
            Move(changes, next);
            _states.Add(next);
            Assert.Equal(code, Store.GetCode(Keccak.Hash(code)).ToArray());
        }

        private void Move(StateChanges changes, InMemoryState next)
        {
            using var nodes = new NodeSet();
            Assert.Equal(next.ComputeRoot(), _trie.Update(Store, changes, nodes));
            if (_random.Next(2) == 0)
            {
                Store.Apply(changes);
                Store.Apply(nodes);
            }
            else
            {
                Store.Apply(nodes);
                Store.Apply(changes);
            }
        }

        /// <summary>What is undone is not committed yet: commits come in whole numbers of applied blocks.</summary>
        private void UndoBlock()
        {
            if (_states.Count - 1 <= _sealedTo) return;
            Move(UndoRecord.Decode(_undo[^1]), _states[^2]);
            _undo.RemoveAt(_undo.Count - 1);
            _states.RemoveAt(_states.Count - 1);
        }

        private void Seal()
        {
            if (_sealed.Count == 3) return;
            _sealedTo = _states.Count - 1;
            _sealed.Enqueue((Store.Seal(), _sealedTo));
        }

        private void Commit()
        {
            if (!_sealed.TryDequeue(out var next)) return;
            using (var transaction = _database.BeginWrite())
            {
                Store.Write(next.Pending, transaction);
                CheckReads(Head);
                transaction.Commit();
            }
            CheckReads(Head);
            Store.Committed(next.Pending);
            _committed = next.Block;
        }

        private void Discard()
        {
            Store.Discard();
            _sealed.Clear();
            _sealedTo = _committed;
            _states.RemoveRange(_committed + 1, _states.Count - _committed - 1);
            _undo.RemoveRange(_committed, _undo.Count - _committed);
        }

        private void ReadEarlier()
        {
            int block = _random.Next(_states.Count);
            var undo = _undo.Skip(block).Select(bytes => (ReadOnlyMemory<byte>)bytes).ToArray();
            Check(_states[block], new HistoricalState(Store, undo));
            var overlay = new StateOverlay(Store);
            foreach (var record in undo.Reverse()) overlay.Apply(UndoRecord.Decode(record.Span));
            Check(_states[block], overlay);
        }

        public void CheckReads(InMemoryState? expected = null) => Check(expected ?? Head, Store);

        private static void Check(InMemoryState expected, IStateView actual)
        {
            for (ulong i = 1; i <= Accounts; i++)
            {
                var address = Address.FromNumber(i);
                bool exists = expected.TryGetAccount(address, out var account);
                Assert.Equal(exists, actual.TryGetAccount(address, out var found));
                Assert.Equal(account, found);
                Assert.Equal(expected.HasStorage(address), actual.HasStorage(address));
                Assert.Equal(
                    expected.GetSlots(address).OrderBy(slot => slot.Key),
                    actual.GetSlots(address).OrderBy(slot => slot.Key));
                for (ulong slot = 0; slot < Slots; slot++)
                    Assert.Equal(expected.GetStorage(address, slot), actual.GetStorage(address, slot));
            }
        }

        public void Dispose()
        {
            Store.Dispose();
            _trie.Dispose();
            _database.Dispose();
        }
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(3_000L)]
    [InlineData(40_000L)]
    [InlineData(16L << 20)]
    public void Random_histories_read_as_states_in_memory_do(long cacheBytes)
    {
        for (int seed = 0; seed < 12; seed++)
        {
            using var scenario = new Scenario(seed, cacheBytes);
            for (int step = 0; step < 60; step++)
            {
                scenario.Step();
                scenario.CheckReads();
            }
        }
    }

    [Fact]
    public void Slots_are_listed_past_one_read_of_the_database()
    {
        using var database = Database.CreateTemporary(StateStore.TableNames);
        using var store = new StateStore(database, 1 << 20);
        var (address, model) = (Address.FromNumber(7), new InMemoryState());
        foreach (int count in new[] { 255, 256, 257, 1000 })
        {
            var changes = new StateChanges();
            changes.Storage[address] = [];
            for (int i = 0; i < count; i++) changes.Storage[address][UInt256.MaxValue - (ulong)i] = (ulong)i + 1;
            Commit(database, store, changes);
            model.Apply(changes);
            var above = new StateChanges();
            above.Storage[address] = new() { [UInt256.MaxValue] = 0, [5] = 5, [UInt256.MaxValue - 9] = 7 };
            store.Apply(above);
            model.Apply(above);

            Assert.Equal(
                model.GetSlots(address).OrderBy(slot => slot.Key), store.GetSlots(address).OrderBy(slot => slot.Key));
        }
    }

    private static void Commit(Database database, StateStore store, StateChanges changes)
    {
        store.Apply(changes);
        var pending = store.Seal();
        using var transaction = database.BeginWrite();
        store.Write(pending, transaction);
        transaction.Commit();
        store.Committed(pending);
    }

    [Theory]
    [InlineData(20_000L)]
    [InlineData(4L << 20)]
    public void Concurrent_readers_see_one_state_while_it_is_written(long cacheBytes)
    {
        const int AccountCount = 400;
        using var database = Database.CreateTemporary(StateStore.TableNames);
        using var store = new StateStore(database, cacheBytes);
        for (uint block = 1; block <= 12; block++)
        {
            var changes = new StateChanges();
            for (ulong i = 0; i < AccountCount; i++)
            {
                changes.Accounts[Address.FromNumber(i)] = new(block, i, Hash256.OfEmptyCode);
                changes.Storage[Address.FromNumber(i)] = new() { [i] = block };
            }
            store.Apply(changes);
            uint expected = block;
            var readers = Enumerable.Range(0, 3).Select(seed => Background.Run(() => ReadAll(store, expected, seed)));
            var running = readers.ToArray();
            var pending = store.Seal();
            using (var transaction = database.BeginWrite())
            {
                store.Write(pending, transaction);
                transaction.Commit();
            }
            foreach (var reader in running) reader.Join();
            store.Committed(pending);
            ReadAll(store, expected, 9);
        }
    }

    private static void ReadAll(StateStore store, uint block, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 3000; i++)
        {
            ulong number = (ulong)random.Next(400);
            Assert.True(store.TryGetAccount(Address.FromNumber(number), out var account));
            Assert.Equal(new(block, number, Hash256.OfEmptyCode), account);
            Assert.Equal((UInt256)block, store.GetStorage(Address.FromNumber(number), number));
            Assert.False(store.TryGetAccount(Address.FromNumber(number + 1_000_000), out _));
        }
    }

    [Fact]
    public void Many_cleared_accounts_leave_no_slot_behind()
    {
        using var database = Database.CreateTemporary(StateStore.TableNames);
        using var store = new StateStore(database, 8 << 20);
        var filled = new StateChanges();
        var cleared = new StateChanges();
        // More than the store remembers one by one.
        for (ulong i = 0; i < 70_000; i++)
        {
            filled.Storage[Address.FromNumber(i)] = new() { [1] = 1 };
            cleared.ClearedStorage.Add(Address.FromNumber(i));
        }
        store.Apply(filled);
        store.Apply(cleared);

        for (ulong i = 0; i < 70_000; i++) Assert.True(store.GetStorage(Address.FromNumber(i), 1).IsZero);
    }

    [Fact]
    public void Code_that_is_not_there_is_an_error_and_empty_code_always_is()
    {
        using var database = Database.CreateTemporary(StateStore.TableNames);
        using var store = new StateStore(database, 0);

        Assert.True(store.GetCode(Hash256.OfEmptyCode).IsEmpty);
        Assert.Throws<InvalidDataException>(() => store.GetCode(Hash256.OfEmptyTrie));
    }

    [Fact]
    public void What_was_sealed_first_is_committed_first()
    {
        using var database = Database.CreateTemporary(StateStore.TableNames);
        using var store = new StateStore(database, 0);
        var first = store.Seal();
        var second = store.Seal();

        Assert.Throws<InvalidOperationException>(() => store.Committed(second));
        store.Committed(first);
        store.Committed(second);
        Assert.Throws<InvalidOperationException>(() => store.Committed(second));
    }
}
