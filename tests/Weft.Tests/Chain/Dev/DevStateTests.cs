using Weft.Chain;
using Weft.Chain.Building;
using Weft.Chain.Dev;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Node.Dev;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;
using Weft.State.Store;
using Xunit;
using DevChain = Weft.Node.Dev.DevChain;

namespace Weft.Tests.Chain.Dev;

public sealed class DevStateTests : IDisposable
{
    private static readonly IReadOnlyList<DevAccount> Accounts = Wallet.Derive(Wallet.TestMnemonic, 2);
    private static readonly ChainSpec Spec = DevChain.Create(Accounts);
    private static readonly Address Somebody = Address.FromNumber(0xabcde);

    private readonly Database _database =
        Database.CreateTemporary([.. StateStore.TableNames, .. ChainStore.TableNames]);

    private LiveChain _chain = null!;
    private TransactionPool _pool = null!;
    private DevMiner _miner = null!;
    private DevState _state = null!;

    public DevStateTests() => Open();

    private void Open()
    {
        _chain = LiveChain.Open(
            _database, Spec,
            new() { Chain = new() { CacheBytes = 4 << 20, Threads = 1, UndoWindow = int.MaxValue } });
        _pool = new(_chain);
        _miner = new(_chain, _pool, new(_chain, _pool));
        _state = new(_chain, _pool, _miner);
    }

    private void Close()
    {
        _miner.Dispose();
        _pool.Dispose();
        _chain.Dispose();
    }

    public void Dispose()
    {
        Close();
        _database.Dispose();
    }

    [Fact]
    public void Edits_reach_the_root_of_the_next_block_and_stay_with_the_block_before()
    {
        _state.SetBalance(Somebody, 12345);
        _state.SetStorage(Somebody, 3, 9);
        Assert.Equal((UInt256)12345, BalanceOf(Somebody));
        var built = _miner.Mine();
        using (var head = _chain.OpenSnapshot()) Assert.Equal(built.Block.Header.StateRoot, RootOf(head));
        _state.SetBalance(Somebody, 1);
        _miner.Mine();
        Assert.Equal((UInt256)1, BalanceOf(Somebody));
        using var earlier = _chain.OpenSnapshot(0)!;
        earlier.TryGetAccount(Somebody, out var account);
        Assert.Equal((UInt256)12345, account.Balance);
        Assert.Equal((UInt256)9, earlier.GetStorage(Somebody, 3));
    }

    [Fact]
    public void An_account_with_nothing_in_it_is_not_in_the_state()
    {
        Hash256 before = RootOfHead();
        _state.SetBalance(Somebody, 0);
        Assert.Equal(before, RootOfHead());
        _state.SetBalance(Somebody, 5);
        Assert.NotEqual(before, RootOfHead());
        _state.SetBalance(Somebody, 0);
        Assert.Equal(before, RootOfHead());
    }

    [Fact]
    public void Snapshots_within_one_block_bring_back_what_was_edited_before_them()
    {
        _state.SetBalance(Somebody, 1);
        ulong first = _state.TakeSnapshot();
        _state.SetBalance(Somebody, 2);
        ulong second = _state.TakeSnapshot();
        _state.SetBalance(Somebody, 3);
        _miner.Mine();
        Assert.True(_state.Revert(second));
        Assert.Equal((UInt256)2, BalanceOf(Somebody));
        Assert.Equal(0ul, _chain.Head.Number);
        Assert.False(_state.Revert(second));
        Assert.True(_state.Revert(first));
        Assert.Equal((UInt256)1, BalanceOf(Somebody));
        Assert.False(_state.Revert(first));
        Assert.False(_state.Revert(77));
    }

    [Fact]
    public void Going_back_takes_the_clock_and_the_pool_along()
    {
        ulong id = _state.TakeSnapshot();
        _miner.Set(settings => settings with { ClockOffsetMs = 1_000_000_000, NextBaseFee = 7 });
        Assert.True(_pool.Add(Transfer(nonce: 5)).IsAdded);
        Assert.Equal((UInt256)7, _miner.Mine().Block.Header.BaseFeePerGas);
        Assert.True(_state.Revert(id));
        Assert.Equal(0, _pool.PendingCount + _pool.QueuedCount);
        Assert.InRange(_miner.Settings.ClockOffsetMs, -60_000, 0);
        Assert.Null(_miner.Settings.NextBaseFee);
    }

    [Fact]
    public void What_was_mined_after_a_snapshot_does_not_come_back_to_the_pool()
    {
        ulong id = _state.TakeSnapshot();
        var transfer = Transfer(nonce: 0);
        Assert.True(_pool.Add(transfer).IsAdded);
        Assert.Single(_miner.Mine().Block.Transactions);
        Assert.True(_state.Revert(id));
        Assert.True(_pool.Returning.IsCompleted);
        Assert.Null(_pool.Find(transfer.Hash));
        Assert.True(_pool.Add(transfer).IsAdded);
    }

    [Fact]
    public void Reset_leads_back_to_the_genesis_as_it_was()
    {
        Hash256 before = RootOfHead();
        _state.SetBalance(Somebody, 1);
        for (int i = 0; i < 5; i++) _miner.Mine();
        _state.SetNonce(Somebody, 4);
        _state.Reset();
        Assert.Equal(0ul, _chain.Head.Number);
        Assert.Equal(before, RootOfHead());
        Assert.Equal(before, Spec.Genesis.Header.StateRoot);
    }

    [Fact]
    public void Another_chain_is_not_to_be_edited()
    {
        using var database = Database.CreateTemporary([.. StateStore.TableNames, .. ChainStore.TableNames]);
        using var chain = LiveChain.Open(database, Spec with { IsDevelopment = false });
        Assert.Throws<InvalidOperationException>(() => chain.Edit(_ => new()));
    }

    /// <summary>Everything that can be done to the state, at random, against what the state was when it was done.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_edits_blocks_and_returns_agree_with_a_model(int seed)
    {
        var random = new Random(seed);
        var snapshots = new List<(ulong Id, ulong Number, string State)>();
        var afterBlock = new List<string> { Dump() };
        for (int i = 0; i < 400; i++)
        {
            Act(random, snapshots, afterBlock);
            int head = (int)_chain.Head.Number;
            if (afterBlock.Count > head + 1) afterBlock.RemoveRange(head + 1, afterBlock.Count - head - 1);
            if (i % 20 == 19) CheckHistory(random, afterBlock);
            if (i % 100 != 99) continue;
            string before = Dump();
            Close();
            Open();
            snapshots.Clear();
            Assert.Equal(before, Dump());
        }
    }

    private void Act(Random random, List<(ulong Id, ulong Number, string State)> snapshots, List<string> afterBlock)
    {
        Address address = Address.FromNumber((ulong)random.Next(1, 8) << 40);
        switch (random.Next(12))
        {
            case 0 or 1 or 2: _state.SetBalance(address, (ulong)random.Next(3)); break;
            case 3: _state.SetNonce(address, (ulong)random.Next(3)); break;
            case 4: _state.SetCode(address, new byte[random.Next(3)]); break;
            case 5 or 6 or 7:
                _state.SetStorage(address, (ulong)random.Next(4), (ulong)random.Next(3));
                break;
            case 8:
                _state.Load([new(address, 1, 2, default, new Dictionary<UInt256, UInt256> { [7] = 8 })]);
                break;
            case 9:
                afterBlock[^1] = Dump();
                _miner.Mine();
                afterBlock.Add("");
                break;
            case 10:
                snapshots.Add((_state.TakeSnapshot(), _chain.Head.Number, Dump()));
                break;
            default:
                if (snapshots.Count == 0) break;
                int chosen = random.Next(snapshots.Count);
                Assert.True(_state.Revert(snapshots[chosen].Id));
                Assert.Equal(snapshots[chosen].Number, _chain.Head.Number);
                Assert.Equal(snapshots[chosen].State, Dump());
                snapshots.RemoveRange(chosen, snapshots.Count - chosen);
                break;
        }
        afterBlock[(int)_chain.Head.Number] = Dump();
    }

    /// <summary>An earlier state reads as it was, and its tries have the root that is said of it.</summary>
    private void CheckHistory(Random random, List<string> afterBlock)
    {
        using var snapshot = _chain.OpenSnapshot((ulong)random.Next(afterBlock.Count))!;
        string expected = afterBlock[(int)snapshot.Header.Number];
        for (ulong i = 1; i < 8; i++)
        {
            Address address = Address.FromNumber(i << 40);
            Assert.Contains(Describe(snapshot, address), expected, StringComparison.Ordinal);
        }
        Assert.NotNull(snapshot.Nodes);
    }

    // ---- States as text ----

    private string Dump()
    {
        using var head = _chain.OpenSnapshot();
        Assert.Equal(RootOf(head), head.StateRoot);
        return string.Concat(Enumerable.Range(1, 7).Select(i => Describe(head, Address.FromNumber((ulong)i << 40))));
    }

    private static string Describe(IStateView state, Address address)
    {
        string account = state.TryGetAccount(address, out var found) ? $"{found}" : "none";
        var slots = state.GetSlots(address).OrderBy(slot => slot.Key).Select(slot => $"{slot.Key}={slot.Value}");
        return $"[{address} {account} {string.Join(',', slots)}]";
    }

    private Hash256 RootOfHead()
    {
        using var head = _chain.OpenSnapshot();
        Assert.Equal(RootOf(head), head.StateRoot);
        return head.StateRoot;
    }

    /// <summary>Computed from accounts and slots alone.</summary>
    private static Hash256 RootOf(ChainSnapshot head)
    {
        var state = new InMemoryState();
        foreach (var (address, account) in head.GetAccounts())
        {
            state.SetAccount(address, account);
            foreach (var (key, value) in head.GetSlots(address)) state.SetStorage(address, key, value);
        }
        return state.ComputeRoot();
    }

    private UInt256 BalanceOf(in Address address)
    {
        using var head = _chain.OpenSnapshot();
        head.TryGetAccount(address, out var account);
        return account.Balance;
    }

    private static Transaction Transfer(ulong nonce) => new Transaction
    {
        Type = TransactionType.DynamicFee, ChainId = DevChain.DefaultChainId, Nonce = nonce, GasLimit = 21_000,
        MaxFeePerGas = 10_000_000_000, MaxPriorityFeePerGas = 1, To = Somebody, Value = 1,
    }.SignedBy(Accounts[0].PrivateKey);
}
