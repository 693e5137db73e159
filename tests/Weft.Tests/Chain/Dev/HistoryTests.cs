using Weft.Chain;
using Weft.Chain.Building;
using Weft.Chain.Dev;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Chain.Storage;
using Weft.Node.Dev;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;
using Weft.State.Store;
using Xunit;
using DevChain = Weft.Node.Dev.DevChain;

namespace Weft.Tests.Chain.Dev;

/// <summary>A chain that keeps as little as it may: the last 256 blocks.</summary>
public sealed class HistoryTests : IDisposable
{
    private const ulong Kept = 256;

    private static readonly IReadOnlyList<DevAccount> Accounts = Wallet.Derive(Wallet.TestMnemonic, 2);
    private static readonly ChainSpec Spec = DevChain.Create(Accounts);
    private static readonly Address Somebody = Address.FromNumber(0xabcde);

    private readonly Database _database =
        Database.CreateTemporary([.. StateStore.TableNames, .. ChainStore.TableNames]);

    private readonly LiveChain _chain;
    private readonly TransactionPool _pool;
    private readonly DevMiner _miner;
    private readonly DevState _state;
    private ulong _nonce;

    public HistoryTests()
    {
        _chain = Open();
        _pool = new(_chain);
        _miner = new(_chain, _pool, new(_chain, _pool));
        _state = new(_chain, _pool, _miner);
    }

    public void Dispose()
    {
        _miner.Dispose();
        _pool.Dispose();
        _chain.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void Old_blocks_are_forgotten_with_all_that_is_found_by_them_and_the_rest_stays()
    {
        Hash256 old = Send();
        Hash256 oldBlock = _chain.Head.Hash;
        Mine(300);
        Hash256 recent = Send();
        Mine(50);
        ulong head = _chain.Head.Number;
        Assert.Equal(head - Kept + 1, _chain.FirstBlock);
        Assert.Null(_chain.Blocks.FindTransaction(old));
        Assert.Null(_chain.Blocks.GetHeader(oldBlock));
        Assert.Null(_chain.Blocks.GetBlock(oldBlock));
        Assert.Null(_chain.Blocks.GetReceipts(oldBlock));
        Assert.NotNull(_chain.Blocks.FindTransaction(recent));
        Assert.Null(_chain.Blocks.GetCanonicalHash(_chain.FirstBlock - 1));
        Assert.NotNull(_chain.Blocks.GetCanonicalHeader(0));
        Assert.Null(_chain.OpenSnapshot(0));
        using (var first = _chain.OpenSnapshot(_chain.FirstBlock)!) AssertRoot(first);
        using (var middle = _chain.OpenSnapshot(head - 40)!) AssertRoot(middle);
        // Genesis and the blocks that are there.
        Assert.Equal(1 + Kept, CountRows("canonical"));
        foreach (string table in new[] { "headers", "bodies", "numbers", "receipts" })
            Assert.Equal(1 + Kept, CountRows(table));
        Assert.Equal(Kept, CountRows("undo"));
        Assert.Equal(1ul, CountRows("transactions"));
    }

    [Fact]
    public void Snapshot_keeps_what_leads_back_to_it_for_as_long_as_it_is_there()
    {
        Mine(300);
        ulong id = _state.TakeSnapshot();
        Hash256 before = _chain.Head.Hash;
        ulong first = _chain.FirstBlock;
        _state.SetBalance(Somebody, 5);
        Send();
        Mine(400);
        Assert.InRange(_chain.FirstBlock, first, 300ul);
        Assert.True(_state.Revert(id));
        Assert.Equal(before, _chain.Head.Hash);
        using (var head = _chain.OpenSnapshot()) AssertRoot(head);
        _nonce = 0;
        Send();
        Mine(600);
        Assert.Equal(_chain.Head.Number - Kept + 1, _chain.FirstBlock);
        Assert.Equal(1 + Kept, CountRows("headers"));
    }

    [Fact]
    public void Reset_leads_to_the_genesis_although_the_way_is_forgotten()
    {
        Send();
        _state.SetStorage(Somebody, 3, 9);
        _state.SetCode(Accounts[1].Address, new byte[] { 0x5f });
        Mine(300);
        _state.SetBalance(Somebody, 77);
        _state.Reset();
        Assert.Equal(Spec.Genesis.Header.Hash, _chain.Head.Hash);
        using (var head = _chain.OpenSnapshot())
        {
            Assert.Equal(Spec.Genesis.Header.StateRoot, head.StateRoot);
            Assert.False(head.TryGetAccount(Somebody, out _));
            Assert.Equal(UInt256.Zero, head.GetStorage(Somebody, 3));
            Assert.True(head.TryGetAccount(Accounts[1].Address, out var account));
            Assert.Equal(Hash256.OfEmptyCode, account.CodeHash);
        }
        foreach (string table in new[] { "headers", "bodies", "numbers", "receipts", "canonical" })
            Assert.Equal(1ul, CountRows(table));
        _nonce = 0;
        Hash256 again = Send();
        Mine(300);
        Assert.Null(_chain.Blocks.FindTransaction(again));
        _chain.Dispose();
        // What is in the database is a chain whose root is right.
        using var reopened = Open();
        Assert.Equal(301ul, reopened.Head.Number);
    }

    [Fact]
    public void History_forgets_the_oldest_as_long_as_there_is_too_much()
    {
        var history = new History(bytesMax: 100, blocksMin: 3);
        for (ulong number = 1; number <= 5; number++) history.Add(number, 30);
        Assert.Equal(1ul, history.TakeOldest(head: 5, pinned: ulong.MaxValue));
        Assert.Equal(2ul, history.TakeOldest(5, ulong.MaxValue));
        Assert.Null(history.TakeOldest(5, ulong.MaxValue));
        history.Add(6, 1000);
        Assert.Null(history.TakeOldest(6, pinned: 3));
        Assert.Equal(3ul, history.TakeOldest(6, ulong.MaxValue));
        Assert.Null(history.TakeOldest(6, ulong.MaxValue));
        history.RemoveAbove(5);
        Assert.Null(history.TakeOldest(5, ulong.MaxValue));
        Assert.Equal(4ul, history.First);
        history.RemoveAbove(0);
        Assert.Equal(1ul, history.First);
    }

    private LiveChain Open() => LiveChain.Open(
        _database, Spec,
        new()
        {
            Chain = new() { CacheBytes = 4 << 20, Threads = 1, UndoWindow = int.MaxValue, HistoryBytes = 1 },
        });

    private void Mine(int blocks)
    {
        for (int i = 0; i < blocks; i++) _miner.Mine();
    }

    /// <summary>One transaction in a block of its own.</summary>
    private Hash256 Send()
    {
        var transaction = new Transaction
        {
            Type = TransactionType.DynamicFee, ChainId = DevChain.DefaultChainId, Nonce = _nonce++, GasLimit = 21_000,
            MaxFeePerGas = 10_000_000_000, MaxPriorityFeePerGas = 1, To = Somebody, Value = 1,
        }.SignedBy(Accounts[0].PrivateKey);
        var result = _pool.Add(transaction);
        Assert.True(result.IsAdded, result.Message);
        Assert.Single(_miner.Mine().Block.Transactions);
        return transaction.Hash;
    }

    private static void AssertRoot(ChainSnapshot snapshot)
    {
        Assert.Equal(snapshot.Header.StateRoot, snapshot.StateRoot);
        // Its tries are made by undoing, and compared with that root.
        Assert.NotNull(snapshot.Nodes);
    }

    private ulong CountRows(string table)
    {
        using var transaction = _database.BeginRead();
        using var cursor = transaction.OpenCursor(_database.GetTable(table));
        ulong count = 0;
        for (bool any = cursor.Seek([]); any; any = cursor.MoveNext()) count++;
        return count;
    }
}
