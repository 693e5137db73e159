using Weft.Primitives;
using Weft.State;
using Weft.State.Store;
using Xunit;

namespace Weft.Tests.State;

public sealed class UndoRecordTests
{
    private static readonly Address A = Address.FromNumber(1), B = Address.FromNumber(2), C = Address.FromNumber(3);

    private static StateOverlay Before()
    {
        var changes = new StateChanges();
        changes.Accounts[A] = new(3, UInt256.MaxValue, Hash256.OfEmptyTrie);
        changes.Accounts[B] = new(ulong.MaxValue, 0, Hash256.OfEmptyCode);
        changes.Storage[A] = new() { [1] = 10, [2] = UInt256.MaxValue };
        changes.Storage[B] = new() { [1] = 30 };
        var state = new StateOverlay(new Nothing());
        state.Apply(changes);
        return state;
    }

    private sealed class Nothing : IStateView
    {
        public bool TryGetAccount(in Address address, out Account account)
        {
            account = default;
            return false;
        }

        public UInt256 GetStorage(in Address address, in UInt256 key) => 0;

        public bool HasStorage(in Address address) => false;

        public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => throw new InvalidDataException("no code");

        public IEnumerable<KeyValuePair<UInt256, UInt256>> GetSlots(Address address) => [];
    }

    private static byte[] Sample()
    {
        var changes = new StateChanges();
        changes.Accounts[A] = null;
        changes.Accounts[C] = new(1, 1, Hash256.OfEmptyCode);
        changes.Storage[B] = new() { [1] = 0, [7] = 70 };
        return UndoRecord.Encode(changes, Before());
    }

    [Fact]
    public void It_finds_what_was_before()
    {
        var record = Sample();

        Assert.True(UndoRecord.TryFindAccount(record, A, out var a));
        Assert.Equal(new Account(3, UInt256.MaxValue, Hash256.OfEmptyTrie), a);
        Assert.True(UndoRecord.TryFindAccount(record, C, out var c));
        Assert.Null(c);
        Assert.False(UndoRecord.TryFindAccount(record, B, out _));
        Assert.True(UndoRecord.TryFindSlot(record, B, 1, out var old));
        Assert.Equal((UInt256)30, old);
        Assert.True(UndoRecord.TryFindSlot(record, B, 7, out var fresh));
        Assert.Equal(UInt256.Zero, fresh);
        Assert.False(UndoRecord.TryFindSlot(record, B, 8, out _));
    }

    [Fact]
    public void A_deleted_account_gets_all_its_slots_back()
    {
        var record = Sample();

        var changes = UndoRecord.Decode(record);
        Assert.Contains(A, changes.ClearedStorage);
        Assert.Equal(new() { [1] = 10, [2] = UInt256.MaxValue }, changes.Storage[A]);
        Assert.True(UndoRecord.TryFindSlot(record, A, 2, out var known));
        Assert.Equal(UInt256.MaxValue, known);
        // All of them are in the record: what is not there was zero.
        Assert.True(UndoRecord.TryFindSlot(record, A, 9, out var absent));
        Assert.Equal(UInt256.Zero, absent);
    }

    [Fact]
    public void Bytes_that_are_no_record_are_refused_and_nothing_else()
    {
        var record = Sample();
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            var damaged = record[..(random.Next(3) == 0 ? random.Next(record.Length) : record.Length)];
            for (int n = random.Next(4); n > 0 && damaged.Length > 0; n--)
                damaged[random.Next(Math.Min(damaged.Length, random.Next(2) == 0 ? 13 : 400))] = (byte)random.Next(256);
            refused += Refuses(() => UndoRecord.Decode(damaged));
            refused += Refuses(() => UndoRecord.TryFindAccount(damaged, A, out _));
            refused += Refuses(() => UndoRecord.TryFindSlot(damaged, A, 1, out _));
            refused += Refuses(() => UndoRecord.TryFindSlot(damaged, B, 7, out _));
        }
        Assert.True(refused > 10_000, $"{refused} refused");
    }

    private static int Refuses(Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (InvalidDataException)
        {
            return 1;
        }
    }

    [Fact]
    public void Accounts_come_back_as_they_were_encoded()
    {
        var random = new Random(2);
        var bytes = new byte[StateEncoding.AccountSizeMax];
        for (int i = 0; i < 20_000; i++)
        {
            ulong nonce = (ulong)random.NextInt64() >> random.Next(64);
            var balance = new UInt256((ulong)random.NextInt64(), (ulong)random.NextInt64(), 5, 1) >> random.Next(257);
            var account = new Account(
                nonce, balance, random.Next(2) == 0 ? Hash256.OfEmptyCode : Keccak.Hash([(byte)i]));

            int size = StateEncoding.WriteAccount(account, bytes);

            Assert.Equal(account, StateEncoding.ReadAccount(bytes.AsSpan(0, size)));
            int expected = 1 + (int)(71 - ulong.LeadingZeroCount(nonce)) / 8 + balance.ByteLength
                + (account.CodeHash == Hash256.OfEmptyCode ? 0 : 32);
            Assert.Equal(expected, size);
        }
    }
}
