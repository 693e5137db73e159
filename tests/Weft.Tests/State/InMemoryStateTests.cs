using Weft.Primitives;
using Weft.State;
using Xunit;

namespace Weft.Tests.State;

public class InMemoryStateTests
{
    private static readonly Address A = Address.FromNumber(0xa);
    private static readonly Address B = Address.FromNumber(0xb);

    [Fact]
    public void The_root_of_one_account_is_the_hash_of_its_leaf()
    {
        var state = new InMemoryState();
        Assert.Equal(Hash256.OfEmptyTrie, state.ComputeRoot());
        state.SetAccount(A, new(1, 2, Hash256.OfEmptyCode));
        // One leaf: hex-prefix of 64 nibbles, and the account as RLP.
        byte[] account =
        [
            0xf8, 0x44, 0x01, 0x02, 0xa0, .. Hash256.OfEmptyTrie.Bytes, 0xa0, .. Hash256.OfEmptyCode.Bytes,
        ];
        byte[] leaf = [0xf8, 0x6a, 0xa1, 0x20, .. Keccak.Hash(A.Bytes).Bytes, 0xb8, 0x46, .. account];
        Assert.Equal(Keccak.Hash(leaf), state.ComputeRoot());
    }

    [Fact]
    public void A_zero_slot_is_not_part_of_the_root()
    {
        var state = new InMemoryState();
        state.SetAccount(A, Account.Empty);
        var without = state.ComputeRoot();
        state.SetStorage(A, 1, 5);
        Assert.NotEqual(without, state.ComputeRoot());
        Assert.True(state.HasStorage(A));
        state.SetStorage(A, 1, 0);
        Assert.Equal(without, state.ComputeRoot());
        Assert.False(state.HasStorage(A));
    }

    [Fact]
    public void An_empty_account_is_part_of_the_root()
    {
        var state = new InMemoryState();
        state.SetAccount(A, Account.Empty);
        Assert.NotEqual(Hash256.OfEmptyTrie, state.ComputeRoot());
    }

    [Fact]
    public void Slots_without_account_are_kept_but_not_part_of_the_root()
    {
        var state = new InMemoryState();
        state.SetStorage(A, 1, 5);
        Assert.False(state.TryGetAccount(A, out _));
        Assert.Equal(Hash256.OfEmptyTrie, state.ComputeRoot());
        Assert.Empty(state.Accounts);
        state.SetAccount(A, Account.Empty);
        Assert.Equal<UInt256>(5, state.GetStorage(A, 1));
        Assert.Equal([new(A, Account.Empty)], state.Accounts);
    }

    [Fact]
    public void Roots_do_not_depend_on_the_order_of_writes()
    {
        var random = new Random(5);
        var writes = Enumerable.Range(0, 300)
            .Select(i => (Address.FromNumber((ulong)i % 40), Key: (UInt256)(ulong)i, Value: (UInt256)(ulong)(i + 1)))
            .ToArray();
        var first = Build(writes);
        random.Shuffle(writes);
        Assert.Equal(first.ComputeRoot(), Build(writes).ComputeRoot());
    }

    [Fact]
    public void Clearing_storage_and_deleting_accounts_come_before_the_new_values()
    {
        var state = new InMemoryState();
        state.SetAccount(A, Account.Empty with { Nonce = 1 });
        state.SetAccount(B, Account.Empty with { Nonce = 1 });
        state.SetStorage(A, 1, 5);
        state.SetStorage(A, 2, 5);
        var changes = new StateChanges();
        changes.ClearedStorage.Add(A);
        changes.Storage.Add(A, new() { [2] = 7 });
        changes.Accounts.Add(B, null);
        state.Apply(changes);
        Assert.Equal(new Dictionary<UInt256, UInt256> { [2] = 7 }, state.GetSlots(A));
        Assert.False(state.TryGetAccount(B, out _));
    }

    [Fact]
    public void A_copy_does_not_see_later_changes()
    {
        var state = new InMemoryState();
        state.SetAccount(A, Account.Empty with { CodeHash = state.AddCode(new byte[] { 1 }) });
        state.SetStorage(A, 1, 5);
        var copy = state.Clone();
        var root = state.ComputeRoot();
        state.SetStorage(A, 1, 6);
        state.SetAccount(B, Account.Empty);
        Assert.Equal(root, copy.ComputeRoot());
        Assert.Equal([1], copy.GetCode(Keccak.Hash([1])).ToArray());
        Assert.Empty(copy.GetSlots(B));
    }

    [Fact]
    public void Unknown_code_is_an_error_and_no_code_is_not()
    {
        var state = new InMemoryState();
        Assert.True(state.GetCode(Hash256.OfEmptyCode).IsEmpty);
        Assert.Throws<InvalidDataException>(() => state.GetCode(Hash256.Zero));
    }

    private static InMemoryState Build(IEnumerable<(Address Address, UInt256 Key, UInt256 Value)> writes)
    {
        var state = new InMemoryState();
        foreach (var (address, key, value) in writes)
        {
            state.SetStorage(address, key, value);
            state.SetAccount(address, Account.Empty with { Balance = 3 });
        }
        return state;
    }
}
