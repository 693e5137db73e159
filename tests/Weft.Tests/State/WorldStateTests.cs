using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Xunit;

namespace Weft.Tests.State;

/// <summary>One sentence for each rule of the overlay.</summary>
public class WorldStateTests
{
    private static readonly Address A = Address.FromNumber(0xaaaa);
    private static readonly Address B = Address.FromNumber(0xbbbb);
    private static readonly Address Ripemd160 = Address.FromNumber(3);
    private static readonly byte[] CodeOfA = [0x60, 0x01, 0x00];

    private readonly InMemoryState _source = new();
    private readonly WorldState _state;

    public WorldStateTests()
    {
        _source.SetAccount(A, new(1, 100, _source.AddCode(CodeOfA)));
        _source.SetStorage(A, 1, 11);
        _source.SetStorage(A, 2, 22);
        _state = new(_source);
        _state.BeginTransaction();
    }

    private UInt256 Slot(in Address address, UInt256 key)
    {
        _state.GetStorage(address, key, out var value);
        return value;
    }

    private UInt256 Original(in Address address, UInt256 key)
    {
        _state.SetStorage(address, key, Slot(address, key), out var original, out _);
        return original;
    }

    private void Set(in Address address, UInt256 key, UInt256 value) =>
        _state.SetStorage(address, key, value, out _, out _);

    private void Next(bool clearEmpty = true)
    {
        _state.EndTransaction(clearEmpty);
        _state.BeginTransaction();
    }

    // ---- Storage ----

    [Fact]
    public void A_slot_is_cold_once_in_a_transaction()
    {
        Assert.True(_state.GetStorage(A, 1, out _));
        Assert.False(_state.GetStorage(A, 1, out _));
        Assert.False(_state.SetStorage(A, 1, 5, out _, out _));
        Next();
        Assert.True(_state.SetStorage(A, 1, 6, out _, out _));
    }

    [Fact]
    public void Reverting_makes_slots_and_accounts_cold_again()
    {
        int checkpoint = _state.Checkpoint();
        Assert.True(_state.AccessAccount(A));
        Assert.True(_state.AccessStorage(A, 1));
        _state.Revert(checkpoint);
        Assert.True(_state.AccessAccount(A));
        Assert.True(_state.GetStorage(A, 1, out var value));
        Assert.Equal<UInt256>(11, value);
    }

    [Fact]
    public void An_access_list_entry_warms_without_reading()
    {
        var state = new WorldState(new UnknowingState());
        state.BeginTransaction();
        Assert.True(state.AccessAccount(A));
        Assert.True(state.AccessStorage(A, 1));
        Assert.False(state.AccessStorage(A, 1));
        Assert.Throws<InvalidDataException>(() => state.GetStorage(A, 1, out _));
        Assert.Throws<InvalidDataException>(() => state.GetBalance(A));
    }

    [Fact]
    public void The_original_is_the_value_before_the_transaction()
    {
        _state.SetStorage(A, 1, 5, out var original, out var current);
        Assert.Equal<(UInt256, UInt256)>((11, 11), (original, current));
        _state.SetStorage(A, 1, 6, out original, out current);
        Assert.Equal<(UInt256, UInt256)>((11, 5), (original, current));
        Next();
        _state.SetStorage(A, 1, 7, out original, out current);
        Assert.Equal<(UInt256, UInt256)>((6, 6), (original, current));
    }

    [Fact]
    public void Reverting_restores_values_of_nested_checkpoints()
    {
        Set(A, 1, 5);
        int outer = _state.Checkpoint();
        Set(A, 1, 6);
        int inner = _state.Checkpoint();
        Set(A, 1, 7);
        _state.Revert(inner);
        Assert.Equal<UInt256>(6, Slot(A, 1));
        Set(A, 1, 8);
        _state.Revert(outer);
        Assert.Equal<UInt256>(5, Slot(A, 1));
        Assert.Equal<UInt256>(11, Original(A, 1));
    }

    [Fact]
    public void An_older_checkpoint_undoes_what_a_younger_one_kept()
    {
        int outer = _state.Checkpoint();
        _state.Checkpoint();
        Set(A, 1, 6);
        Set(A, 1, 7);
        _state.Revert(outer);
        Assert.Equal<UInt256>(11, Slot(A, 1));
    }

    [Fact]
    public void A_slot_written_back_is_no_change()
    {
        Set(A, 1, 5);
        Set(A, 2, 6);
        Next();
        Set(A, 1, 11);
        Next();
        var changes = _state.GetChanges();
        Assert.Equal(new Dictionary<UInt256, UInt256> { [2] = 6 }, changes.Storage[A]);
        Assert.Empty(changes.Accounts);
    }

    [Fact]
    public void Transient_storage_is_reverted_and_ends_with_the_transaction()
    {
        _state.SetTransientStorage(A, 1, 5);
        int checkpoint = _state.Checkpoint();
        _state.SetTransientStorage(A, 1, 6);
        _state.SetTransientStorage(B, 1, 7);
        Assert.Equal<UInt256>(7, _state.GetTransientStorage(B, 1));
        _state.Revert(checkpoint);
        Assert.Equal<UInt256>(5, _state.GetTransientStorage(A, 1));
        Assert.Equal<UInt256>(0, _state.GetTransientStorage(B, 1));
        Next();
        Assert.Equal<UInt256>(0, _state.GetTransientStorage(A, 1));
        Assert.Equal<UInt256>(11, Slot(A, 1));
    }

    // ---- Accounts ----

    [Fact]
    public void Adding_zero_creates_an_empty_account_that_stays_before_Eip161()
    {
        _state.AddBalance(B, 0);
        Assert.True(_state.Exists(B));
        Assert.True(_state.IsEmpty(B));
        Next(clearEmpty: false);
        Assert.Equal(Account.Empty, _state.GetChanges().Accounts[B]);
    }

    [Fact]
    public void A_touched_empty_account_is_deleted_after_Eip161()
    {
        _source.SetAccount(B, Account.Empty);
        Assert.True(_state.Exists(B));
        Next();
        Assert.True(_state.Exists(B));
        _state.Touch(B);
        Next();
        Assert.False(_state.Exists(B));
        Assert.Null(_state.GetChanges().Accounts[B]);
    }

    [Fact]
    public void A_reverted_touch_deletes_nothing_but_that_of_precompile_3_does()
    {
        _source.SetAccount(B, Account.Empty);
        _source.SetAccount(Ripemd160, Account.Empty);
        int checkpoint = _state.Checkpoint();
        _state.AddBalance(Ripemd160, 0);
        _state.AddBalance(B, 0);
        _state.Revert(checkpoint);
        Next();
        Assert.True(_state.Exists(B));
        Assert.False(_state.Exists(Ripemd160));
    }

    [Fact]
    public void The_kept_touch_of_precompile_3_ends_with_the_transaction()
    {
        _source.SetAccount(Ripemd160, Account.Empty);
        int checkpoint = _state.Checkpoint();
        _state.Touch(Ripemd160);
        _state.Revert(checkpoint);
        _state.BeginTransaction();
        Next();
        Assert.True(_state.Exists(Ripemd160));
    }

    [Fact]
    public void Touching_a_missing_account_does_not_create_it()
    {
        _state.Touch(B);
        _state.SubtractBalance(B, 0);
        Assert.False(_state.Exists(B));
    }

    [Fact]
    public void Reverting_removes_an_account_that_came_into_being()
    {
        int checkpoint = _state.Checkpoint();
        _state.AddBalance(B, 7);
        _state.SetNonce(B, 3);
        _state.Revert(checkpoint);
        Assert.False(_state.Exists(B));
        Assert.Equal((UInt256.Zero, 0ul), (_state.GetBalance(B), _state.GetNonce(B)));
        Next();
        Assert.Empty(_state.GetChanges().Accounts);
    }

    [Fact]
    public void Code_is_read_once_and_set_and_reverted()
    {
        Assert.Equal(CodeOfA, _state.GetCode(A).ToArray());
        _state.CodeAttachment(A) = "analysed";
        int checkpoint = _state.Checkpoint();
        byte[] delegation = [0xef, 0x01, 0x00, .. B.Bytes];
        _state.SetCode(A, delegation);
        Assert.Null(_state.CodeAttachment(A));
        Assert.Equal(Keccak.Hash(delegation), _state.GetCodeHash(A));
        delegation[0] = 0;
        Assert.Equal(0xef, _state.GetCode(A).Span[0]);
        _state.CodeAttachment(A) = "of the delegation";
        _state.Revert(checkpoint);
        Assert.Equal(CodeOfA, _state.GetCode(A).ToArray());
        Assert.NotEqual("of the delegation", _state.CodeAttachment(A));
    }

    [Fact]
    public void Setting_empty_code_gives_the_hash_of_no_bytes()
    {
        _state.SetCode(A, default);
        Assert.Equal(Hash256.OfEmptyCode, _state.GetCodeHash(A));
        Next();
        var changes = _state.GetChanges();
        Assert.Equal(Hash256.OfEmptyCode, changes.Accounts[A]!.Value.CodeHash);
        Assert.Empty(changes.Code);
    }

    [Fact]
    public void An_account_collides_by_nonce_by_code_and_by_storage()
    {
        _source.SetAccount(Address.FromNumber(1), Account.Empty with { Nonce = 1 });
        _source.SetAccount(Address.FromNumber(2), Account.Empty with { CodeHash = _source.AddCode(CodeOfA) });
        _source.SetAccount(Address.FromNumber(5), Account.Empty with { Balance = 1 });
        _source.SetAccount(Address.FromNumber(6), Account.Empty with { Balance = 1 });
        _source.SetStorage(Address.FromNumber(6), 9, 9);
        Assert.True(_state.HasCollision(Address.FromNumber(1)));
        Assert.True(_state.HasCollision(Address.FromNumber(2)));
        Assert.False(_state.HasCollision(Address.FromNumber(5)));
        Assert.True(_state.HasCollision(Address.FromNumber(6)));
        Assert.False(_state.HasCollision(B));
        Set(Address.FromNumber(5), 1, 1);
        Assert.True(_state.HasCollision(Address.FromNumber(5)));
        Set(Address.FromNumber(5), 1, 0);
        Assert.False(_state.HasCollision(Address.FromNumber(5)));
    }

    // ---- Creation ----

    [Fact]
    public void A_creation_keeps_the_balance_and_empties_the_rest()
    {
        _state.CreateAccount(A);
        Assert.True(_state.IsCreatedInTransaction(A));
        Assert.Equal<UInt256>(100, _state.GetBalance(A));
        Assert.Equal((0ul, Hash256.OfEmptyCode), (_state.GetNonce(A), _state.GetCodeHash(A)));
        Assert.True(_state.GetCode(A).IsEmpty);
        Assert.Equal<UInt256>(0, Slot(A, 1));
        Assert.Equal<UInt256>(0, Original(A, 2));
        Next();
        Assert.False(_state.IsCreatedInTransaction(A));
        Assert.Equal<UInt256>(0, Slot(A, 1));
        Assert.Contains(A, _state.GetChanges().ClearedStorage);
    }

    [Fact]
    public void A_reverted_creation_gives_the_old_storage_back()
    {
        Set(A, 1, 5);
        int checkpoint = _state.Checkpoint();
        _state.CreateAccount(A);
        Assert.Equal<UInt256>(0, Slot(A, 1));
        Set(A, 1, 77);
        Set(A, 2, 88);
        Set(A, 3, 99);
        _state.Revert(checkpoint);
        Assert.False(_state.IsCreatedInTransaction(A));
        Assert.Equal<(UInt256, UInt256, UInt256)>((5, 22, 0), (Slot(A, 1), Slot(A, 2), Slot(A, 3)));
        Assert.Equal<(UInt256, UInt256)>((11, 22), (Original(A, 1), Original(A, 2)));
        Assert.Equal(CodeOfA, _state.GetCode(A).ToArray());
        Set(A, 2, 22);
        Next();
        Assert.Equal(new Dictionary<UInt256, UInt256> { [1] = 5 }, _state.GetChanges().Storage[A]);
    }

    [Fact]
    public void A_slot_that_the_access_list_warmed_stays_warm_when_its_contract_is_created()
    {
        _state.AccessStorage(B, 1);
        _state.CreateAccount(B);
        Assert.False(_state.GetStorage(B, 1, out var value));
        Assert.Equal<UInt256>(0, value);
    }

    [Fact]
    public void A_contract_created_over_a_deleted_one_reads_empty_storage_with_zero_originals()
    {
        Assert.Equal<UInt256>(22, Slot(A, 2));
        Set(A, 1, 5);
        _state.SelfDestruct(A, B, onlyWhenCreated: false);
        Next();
        _state.CreateAccount(A);
        _state.SetNonce(A, 1);
        Assert.Equal<(UInt256, UInt256)>((0, 0), (Slot(A, 1), Slot(A, 2)));
        _state.SetStorage(A, 2, 9, out var original, out var current);
        Assert.Equal<(UInt256, UInt256)>((0, 0), (original, current));
        Next();
        var changes = _state.GetChanges();
        Assert.Contains(A, changes.ClearedStorage);
        Assert.Equal(new Dictionary<UInt256, UInt256> { [2] = 9 }, changes.Storage[A]);
    }

    [Fact]
    public void What_is_created_and_destroyed_in_one_transaction_leaves_nothing()
    {
        _state.CreateAccount(B);
        _state.SetCode(B, CodeOfA);
        Set(B, 1, 1);
        Assert.True(_state.SelfDestruct(B, Ripemd160, onlyWhenCreated: true));
        Next();
        var changes = _state.GetChanges();
        Assert.Empty(changes.Accounts);
        Assert.Empty(changes.Storage);
        Assert.Empty(changes.ClearedStorage);
        Assert.Empty(changes.Code);
    }

    // ---- Self-destruct ----

    [Fact]
    public void A_self_destructed_contract_keeps_code_and_storage_until_the_transaction_ends()
    {
        Assert.True(_state.SelfDestruct(A, B, onlyWhenCreated: false));
        Assert.False(_state.SelfDestruct(A, B, onlyWhenCreated: false));
        Assert.Equal<(UInt256, UInt256)>((0, 100), (_state.GetBalance(A), _state.GetBalance(B)));
        Assert.Equal<UInt256>(11, Slot(A, 1));
        Assert.Equal(CodeOfA, _state.GetCode(A).ToArray());
        Next();
        Assert.False(_state.Exists(A));
        Assert.Equal<UInt256>(0, Slot(A, 1));
        var changes = _state.GetChanges();
        Assert.Null(changes.Accounts[A]);
        Assert.Contains(A, changes.ClearedStorage);
    }

    [Fact]
    public void Wei_sent_to_a_self_destructed_contract_burns()
    {
        _state.SelfDestruct(A, B, onlyWhenCreated: false);
        _state.AddBalance(A, 7);
        Assert.False(_state.SelfDestruct(A, B, onlyWhenCreated: false));
        Assert.Equal<UInt256>(107, _state.GetBalance(B));
        _state.AddBalance(A, 8);
        Next();
        Assert.Equal<UInt256>(0, _state.GetBalance(A));
    }

    [Fact]
    public void A_reverted_self_destruct_deletes_nothing()
    {
        int checkpoint = _state.Checkpoint();
        _state.SelfDestruct(A, B, onlyWhenCreated: false);
        _state.Revert(checkpoint);
        Assert.Equal<UInt256>(100, _state.GetBalance(A));
        Next();
        Assert.True(_state.Exists(A));
        Assert.False(_state.Exists(B));
        Assert.Equal<UInt256>(11, Slot(A, 1));
    }

    [Fact]
    public void Before_Eip6780_a_self_destruct_to_itself_burns()
    {
        Assert.True(_state.SelfDestruct(A, A, onlyWhenCreated: false));
        Assert.Equal<UInt256>(0, _state.GetBalance(A));
        Next();
        Assert.False(_state.Exists(A));
    }

    [Fact]
    public void After_Eip6780_an_older_contract_only_sends_its_balance()
    {
        Assert.False(_state.SelfDestruct(A, A, onlyWhenCreated: true));
        Assert.Equal<UInt256>(100, _state.GetBalance(A));
        Assert.False(_state.SelfDestruct(A, B, onlyWhenCreated: true));
        Next();
        Assert.Equal<(UInt256, UInt256)>((0, 100), (_state.GetBalance(A), _state.GetBalance(B)));
        Assert.Equal(CodeOfA, _state.GetCode(A).ToArray());
    }

    [Fact]
    public void After_Eip6780_a_contract_of_this_transaction_burns_what_it_sends_to_itself()
    {
        _state.AddBalance(B, 9);
        _state.CreateAccount(B);
        Assert.True(_state.SelfDestruct(B, B, onlyWhenCreated: true));
        Assert.Equal<UInt256>(0, _state.GetBalance(B));
        Next();
        Assert.False(_state.Exists(B));
    }

    // ---- Logs, reuse ----

    [Fact]
    public void Logs_are_reverted_and_stay_until_the_next_transaction_begins()
    {
        var first = new LogEntry(A, [], default);
        _state.AddLog(first);
        int checkpoint = _state.Checkpoint();
        _state.AddLog(new(B, [], default));
        _state.Revert(checkpoint);
        _state.EndTransaction(clearEmpty: true);
        Assert.Equal([first], _state.Logs);
        _state.BeginTransaction();
        Assert.Empty(_state.Logs);
    }

    [Fact]
    public void A_reset_forgets_everything()
    {
        Set(A, 1, 5);
        _state.AddBalance(B, 5);
        _state.SelfDestruct(A, B, onlyWhenCreated: false);
        _state.Reset(_source);
        _state.BeginTransaction();
        Assert.Equal<(UInt256, UInt256)>((11, 100), (Slot(A, 1), _state.GetBalance(A)));
        Next();
        Assert.Empty(_state.GetChanges().Accounts);
        Assert.Empty(_state.GetChanges().Storage);
    }

    [Fact]
    public void Reverting_to_what_is_no_checkpoint_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _state.Revert(1));

    private sealed class UnknowingState : IStateReader
    {
        private static InvalidDataException Unknown => new("not in the witness");

        public bool TryGetAccount(in Address address, out Account account) => throw Unknown;
        public UInt256 GetStorage(in Address address, in UInt256 key) => throw Unknown;
        public bool HasStorage(in Address address) => throw Unknown;
        public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => throw Unknown;
    }
}
