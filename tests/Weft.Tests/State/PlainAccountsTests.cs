using Weft.Primitives;
using Weft.State;
using Xunit;

namespace Weft.Tests.State;

/// <summary>What it takes on comes to what a <see cref="WorldState"/> makes of the same payments.</summary>
public sealed class PlainAccountsTests
{
    private const int Accounts = 8, Contract = 6;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Payments_end_as_in_a_world_state(bool clearsEmpty)
    {
        int complete = 0;
        var accounts = new PlainAccounts();
        for (int seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var source = MakeSource(random);
            var expected = new WorldState(source);
            accounts.Reset(source, clearsEmpty);
            int payments = random.Next(1, 30), done = 0;
            while (done < payments && TryPay(random, accounts, expected, clearsEmpty)) done++;
            if (done < payments) continue;
            complete++;
            var changes = new StateChanges();
            accounts.AddChangesTo(changes);
            Assert.Equal(
                expected.GetChanges().Accounts.OrderBy(pair => pair.Key), changes.Accounts.OrderBy(pair => pair.Key));
            for (int i = 0; i < Accounts; i++)
                if (accounts.TryFind(AddressOf(i), out var found))
                    Assert.Equal(
                        expected.Exists(AddressOf(i)) ? expected.GetBalance(AddressOf(i)) : null, found?.Balance);
        }
        Assert.InRange(complete, 300, 1_900);
    }

    [Fact]
    public void What_the_sender_must_have_is_asked_for_exactly()
    {
        var source = new InMemoryState();
        source.SetAccount(AddressOf(0), Account.Empty with { Nonce = 5, Balance = 100 });
        var accounts = new PlainAccounts();
        accounts.Reset(source, clearsEmpty: true);
        int sender = accounts.Load(AddressOf(0));
        Assert.False(accounts.TryDebit(sender, 4, 1, 1));
        Assert.False(accounts.TryDebit(sender, 6, 1, 1));
        Assert.False(accounts.TryDebit(sender, 5, 1, 101));
        Assert.True(accounts.TryDebit(sender, 5, 60, 100));
        Assert.True(accounts.TryFind(AddressOf(0), out var left));
        Assert.Equal(Account.Empty with { Nonce = 6, Balance = 40 }, left);
    }

    [Fact]
    public void A_balance_of_more_than_256_bits_is_refused()
    {
        var source = new InMemoryState();
        source.SetAccount(AddressOf(0), Account.Empty with { Balance = UInt256.MaxValue });
        var accounts = new PlainAccounts();
        accounts.Reset(source, clearsEmpty: true);
        Assert.False(accounts.TryCredit(accounts.Load(AddressOf(0)), UInt256.One));
    }

    private static Address AddressOf(int index) => Address.FromNumber(0xacc0 + (ulong)index);

    private static InMemoryState MakeSource(Random random)
    {
        var source = new InMemoryState();
        for (int i = 0; i < Contract; i++)
            if (random.Next(6) != 0)
                source.SetAccount(
                    AddressOf(i),
                    Account.Empty with { Nonce = (ulong)random.Next(3), Balance = (UInt256)(ulong)random.Next(5_000) });
        if (random.Next(3) == 0) source.SetAccount(AddressOf(0), Account.Empty);
        var code = random.Next(9) == 0 ? source.AddCode(new byte[] { 1 }) : Hash256.OfEmptyCode;
        source.SetAccount(AddressOf(Contract), new(1, 5_000, code));
        return source;
    }

    /// <summary>False where the account refuses. What it refuses is left to the world state in all cases that a
    /// transfer could be.</summary>
    private static bool TryPay(Random random, PlainAccounts accounts, WorldState expected, bool clearsEmpty)
    {
        // Few senders are poor or are not there.
        var (from, to) = (AddressOf(random.Next(40) % Contract), AddressOf(random.Next(Accounts)));
        UInt256 value = (ulong)(random.Next(3) == 0 ? 0 : random.Next(60)), needed = value + (ulong)random.Next(9);
        ulong nonce = expected.GetNonce(from);
        bool fits = accounts.TryDebit(accounts.Load(from), nonce, value, needed)
            && accounts.TryCredit(accounts.Load(to), value);
        if (!fits) return false;
        Assert.Equal(Hash256.OfEmptyCode, expected.GetCodeHash(from));
        Assert.Equal(Hash256.OfEmptyCode, expected.GetCodeHash(to));
        Assert.True(expected.CanPay(from, needed));
        expected.SubtractBalance(from, value);
        expected.SetNonce(from, nonce + 1);
        expected.AddBalance(to, value);
        expected.EndTransaction(clearsEmpty);
        return true;
    }
}
