using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Xunit;

namespace Weft.Tests.Primitives;

public sealed class BlockAccessListTests
{
    private static readonly byte[] Low = Address.FromNumber(1).Bytes.ToArray();
    private static readonly byte[] High = Address.FromNumber(2).Bytes.ToArray();
    private static readonly object[] None = [];

    [Fact]
    public void The_hash_of_an_empty_list_is_that_of_the_EIP() => Assert.Equal(
        "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
        new BlockAccessList([]).ComputeHash().ToString());

    [Fact]
    public void Encoding_is_that_of_a_naive_encoder_and_comes_back()
    {
        var random = new WireRandom(7928);
        for (int i = 0; i < 200; i++)
        {
            var list = random.AccessList();
            byte[] encoded = list.Encode();
            Assert.Equal(NaiveRlp.Encode(list.Accounts.Select(ToItem).ToArray()), encoded);
            Assert.Equal(encoded, BlockAccessList.Decode(encoded).Encode());
            Assert.Equal(Keccak.Hash(encoded), list.ComputeHash());
            Assert.Equal(
                list.Accounts.Sum(account => 1 + account.StorageChanges.Length + account.StorageReads.Length),
                list.CountItems());
        }
    }

    [Fact]
    public void Accounts_and_slots_are_found_wherever_they_lie()
    {
        var random = new Random(1);
        for (int round = 0; round < 200; round++)
        {
            // Those that begin alike are told apart by their ends.
            var known = Enumerable.Range(0, random.Next(40)).Select(_ => RandomAddress(random)).Distinct().Order()
                .ToArray();
            var slots = Enumerable.Range(0, random.Next(20)).Select(_ => RandomSlot(random)).Distinct().Order()
                .Select(slot => new SlotChanges(slot, [new(1, slot)])).ToArray();
            var list = new BlockAccessList([
                .. known.Select(address => new AccountChanges(address, [.. slots], [], [], [], [])),
            ]);
            for (int i = 0; i < known.Length; i++)
            {
                Assert.Equal(i, list.Find(known[i]));
                foreach (var slot in slots)
                    Assert.Equal(slot.Slot, Assert.Single(list.Accounts[i].FindSlot(slot.Slot).ToArray()).Value);
            }
            for (int i = 0; i < 20; i++)
            {
                var (address, slot) = (RandomAddress(random), RandomSlot(random));
                Assert.Equal(Array.IndexOf(known, address), list.Find(address));
                if (known.Length > 0 && slots.All(other => other.Slot != slot))
                    Assert.True(list.Accounts[0].FindSlot(slot).IsEmpty);
            }
        }
    }

    private static Address RandomAddress(Random random)
    {
        byte[] bytes = new byte[20];
        random.NextBytes(bytes.AsSpan(random.Next(3) switch { 0 => 0, 1 => 8, _ => 19 }));
        return new(bytes);
    }

    private static UInt256 RandomSlot(Random random) => random.Next(2) == 0
        ? (ulong)random.Next(30)
        : new UInt256(0, (ulong)random.NextInt64(), 0, (ulong)random.Next(3));

    [Fact]
    public void Accounts_must_ascend()
    {
        AssertValid(Account(Low), Account(High));
        AssertError(DecodeError.NotAscending, Account(High), Account(Low));
        AssertError(DecodeError.NotAscending, Account(Low), Account(Low));
    }

    [Fact]
    public void Slots_must_ascend_and_be_read_or_changed()
    {
        object one = Slot(1, [Change(0, 5)]), two = Slot(2, [Change(0, 5)]);
        AssertValid(Account(Low, changes: [one, two], reads: [3, 4]));
        AssertError(DecodeError.NotAscending, Account(Low, changes: [two, one]));
        AssertError(DecodeError.NotAscending, Account(Low, changes: [one, one]));
        AssertError(DecodeError.NotAscending, Account(Low, reads: [4, 3]));
        AssertError(DecodeError.NotAscending, Account(Low, reads: [3, 3]));
        AssertError(DecodeError.SlotReadAndChanged, Account(Low, changes: [one, two], reads: [0, 2, 3]));
        AssertError(DecodeError.SlotWithoutChange, Account(Low, changes: [Slot(1 << 30, None)]));
    }

    [Fact]
    public void Indexes_must_ascend()
    {
        object[] ascending = [Change(0, 1), Change(1, 1), Change(300, 2)];
        AssertValid(Account(Low, [Slot(9, ascending)], [], ascending, ascending, ascending));
        foreach (object[] wrong in new object[][] { [Change(1, 1), Change(0, 1)], [Change(2, 1), Change(2, 2)] })
        {
            AssertError(DecodeError.NotAscending, Account(Low, changes: [Slot(9, wrong)]));
            AssertError(DecodeError.NotAscending, Account(Low, balances: wrong));
            AssertError(DecodeError.NotAscending, Account(Low, nonces: wrong));
            AssertError(DecodeError.NotAscending, Account(Low, codes: wrong));
        }
        AssertError(
            DecodeError.IntegerTooLarge, Account(Low, balances: [new object[] { new byte[] { 0x80, 0, 0, 0 }, 1 }]));
    }

    [Fact]
    public void Fields_have_their_sizes()
    {
        byte[] tooLong = Enumerable.Repeat((byte)1, 33).ToArray();
        AssertError(DecodeError.WrongSize, Account([.. Low, 1]));
        AssertError(DecodeError.IntegerTooLarge, Account(Low, reads: [tooLong]));
        AssertError(DecodeError.IntegerTooLarge, Account(Low, balances: [new object[] { 1, tooLong }]));
        AssertError(DecodeError.IntegerTooLarge, Account(Low, nonces: [new object[] { 1, tooLong[..9] }]));
        AssertError(DecodeError.TrailingItems, Account(Low, nonces: [new object[] { 1, 2, 3 }]));
        AssertError(DecodeError.TrailingItems, new object[] { Low, None, None, None, None, None, None });
        AssertError(DecodeError.WrongSize, new object[] { Low, None, None, None, None });
    }

    private static object[] Account(
        byte[] address, object[]? changes = null, object[]? reads = null, object[]? balances = null,
        object[]? nonces = null, object[]? codes = null) =>
        [address, changes ?? None, reads ?? None, balances ?? None, nonces ?? None, codes ?? None];

    private static object[] Slot(int slot, object[] changes) => [slot, changes];

    private static object[] Change(int index, int value) => [index, value];

    private static void AssertValid(params object[][] accounts)
    {
        byte[] bytes = NaiveRlp.Encode((object[])accounts);
        Assert.True(BlockAccessList.TryDecode(bytes, out var list, out _));
        Assert.Equal(bytes, list.Encode());
    }

    private static void AssertError(DecodeError expected, params object[][] accounts)
    {
        Assert.False(BlockAccessList.TryDecode(NaiveRlp.Encode((object[])accounts), out _, out var error));
        Assert.Equal(expected, error);
    }

    private static object[] ToItem(AccountChanges account) =>
    [
        account.Address.Bytes.ToArray(),
        account.StorageChanges.Select(slot => new object[]
        {
            Integer(slot.Slot), ToItems(slot.Changes, Integer),
        }).ToArray(),
        account.StorageReads.Select(Integer).ToArray(),
        ToItems(account.BalanceChanges, Integer),
        ToItems(account.NonceChanges, nonce => Integer(nonce)),
        ToItems(account.CodeChanges, code => code.ToArray()),
    ];

    private static object[] ToItems<T>(IEnumerable<IndexedChange<T>> changes, Func<T, object> toItem) =>
        [.. changes.Select(change => new[] { Integer((ulong)change.Index), toItem(change.Value) })];

    private static object Integer(UInt256 value)
    {
        var bytes = new byte[32];
        value.WriteBigEndian(bytes);
        return bytes.SkipWhile(b => b == 0).ToArray();
    }
}
