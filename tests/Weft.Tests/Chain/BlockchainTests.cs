using Weft.Chain;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;
using Weft.State.Store;
using Xunit;

namespace Weft.Tests.Chain;

public sealed class BlockchainTests : IDisposable
{
    private readonly TestChain _model = new(Fork.Byzantium);
    private readonly Database _database = TestChain.CreateDatabase();
    private readonly Blockchain _chain;

    public BlockchainTests() => _chain = _model.Open(_database);

    public void Dispose()
    {
        _chain.Dispose();
        _database.Dispose();
        _model.Dispose();
    }

    private Block Build(BlockHeader parent, int slot = 1, ulong seconds = 12) =>
        _model.Extend(parent, [_model.Call(parent, 0, 0, (UInt256)(ulong)slot, (UInt256)(ulong)slot)], seconds);

    private List<Block> ImportChain(BlockHeader parent, int count, ulong seconds = 12)
    {
        var blocks = new List<Block>();
        for (int i = 0; i < count; i++)
        {
            var block = Build(parent, i + 1, seconds);
            Assert.NotEqual(ImportStatus.Invalid, _chain.Import(block).Status);
            blocks.Add(block);
            parent = block.Header;
        }
        return blocks;
    }

    [Fact]
    public void A_new_database_begins_with_the_genesis() => ChainChecks.AssertIs(_chain, _model, _model.Genesis.Hash);

    [Fact]
    public void A_child_of_the_head_extends_the_chain()
    {
        var block = Build(_model.Genesis);
        var result = _chain.Import(block);
        Assert.Equal((ImportStatus.Extended, BlockError.None), (result.Status, result.Result.Error));
        Assert.Single(result.Result.Receipts);
        ChainChecks.AssertIs(_chain, _model, block.Header.Hash);
        Assert.Equal(ImportStatus.Known, _chain.Import(block).Status);
    }

    [Fact]
    public void A_block_without_its_parent_is_not_kept()
    {
        var parent = Build(_model.Genesis);
        var block = Build(parent.Header, 2);
        Assert.Equal(ImportStatus.UnknownParent, _chain.Import(block).Status);
        Assert.False(_chain.Blocks.Contains(block.Header.Hash));
    }

    [Fact]
    public void More_total_difficulty_wins_and_the_first_of_two_equals_stays()
    {
        var main = ImportChain(_model.Genesis, 3);
        var side = Build(_model.Genesis, 20);
        Assert.Equal(ImportStatus.SideChain, _chain.Import(side).Status);
        Assert.Equal(main[^1].Header, _chain.Head);
        var equal = Build(Build(side.Header, 21).Header, 22);
        Assert.Equal(ImportStatus.SideChain, _chain.Import(_model.BlockOf(equal.Header.ParentHash)).Status);
        Assert.Equal(_model.TotalDifficultyOf(main[^1].Header.Hash), _model.TotalDifficultyOf(equal.Header.Hash));
        Assert.Equal(ImportStatus.SideChain, _chain.Import(equal).Status);
        ChainChecks.AssertIs(_chain, _model, main[^1].Header.Hash);
        var winner = Build(equal.Header, 23);
        Assert.Equal(ImportStatus.Reorganised, _chain.Import(winner).Status);
        ChainChecks.AssertIs(_chain, _model, winner.Header.Hash);
        // What lost is still there, but nothing of it is canonical.
        Assert.NotNull(_chain.Blocks.GetBlock(main[0].Header.Hash));
        Assert.Null(_chain.Blocks.GetReceipts(main[0].Header.Hash));
        Assert.Null(_chain.Blocks.FindTransaction(main[0].Transactions[0].Hash));
    }

    [Fact]
    public void A_shorter_chain_with_more_difficulty_wins()
    {
        ImportChain(_model.Genesis, 3, seconds: 1000);
        var one = Build(_model.Genesis, 30, seconds: 1);
        var two = Build(one.Header, 31, seconds: 1);
        Assert.Equal(ImportStatus.SideChain, _chain.Import(one).Status);
        var result = _chain.Import(two);
        var heavier = _model.TotalDifficultyOf(two.Header.Hash) > _chain.Blocks.GetTotalDifficulty(_chain.Head.Hash);
        Assert.False(heavier, "the heavier chain is canonical");
        Assert.Equal(result.Status == ImportStatus.Reorganised ? two.Header : _chain.Head, _chain.Head);
        ChainChecks.AssertIs(_chain, _model, _chain.Head.Hash);
    }

    public static TheoryData<BlockError> Faults => new(
        BlockError.StateRootMismatch, BlockError.ReceiptsRootMismatch, BlockError.GasUsedMismatch,
        BlockError.LogsBloomMismatch, BlockError.TransactionsRootMismatch, BlockError.NumberMismatch,
        BlockError.InvalidTransaction);

    [Theory, MemberData(nameof(Faults))]
    public void An_invalid_block_leaves_no_trace_wherever_it_comes(BlockError fault)
    {
        var main = ImportChain(_model.Genesis, 2);
        foreach (var parent in new[] { main[1].Header, _model.Genesis })
        {
            var block = Spoil(Build(parent, 40), fault);
            var result = _chain.Import(block);
            Assert.Equal((ImportStatus.Invalid, fault), (result.Status, result.Result.Error));
            Assert.NotEmpty(result.Result.Detail!);
            Assert.False(_chain.Blocks.Contains(block.Header.Hash));
            ChainChecks.AssertIs(_chain, _model, main[1].Header.Hash);
        }
        // The good block still goes on from there.
        Assert.Equal(ImportStatus.Extended, _chain.Import(Build(main[1].Header, 41)).Status);
    }

    private static Block Spoil(Block block, BlockError fault)
    {
        var header = block.Header;
        return fault switch
        {
            BlockError.StateRootMismatch => block with { Header = header with { StateRoot = Hash256.Zero } },
            BlockError.ReceiptsRootMismatch => block with { Header = header with { ReceiptsRoot = Hash256.Zero } },
            BlockError.GasUsedMismatch => block with { Header = header with { GasUsed = header.GasUsed + 1 } },
            BlockError.LogsBloomMismatch => block with { Header = header with { LogsBloom = Bloom.Empty } },
            BlockError.TransactionsRootMismatch => block with { Transactions = [] },
            BlockError.NumberMismatch => block with { Header = header with { Number = header.Number + 1 } },
            _ => WithTransactions(block, [block.Transactions[0], block.Transactions[0]]),
        };
    }

    private static Block WithTransactions(Block block, Transaction[] transactions) => block with
    {
        Header = block.Header with { TransactionsRoot = ListRoot.OfTransactions(transactions) },
        Transactions = transactions,
    };

    [Fact]
    public void The_head_can_be_chosen_and_what_is_above_it_comes_back()
    {
        var main = ImportChain(_model.Genesis, 4);
        Assert.Equal(ImportStatus.Reorganised, _chain.SetHead(main[1].Header.Hash).Status);
        ChainChecks.AssertIs(_chain, _model, main[1].Header.Hash);
        Assert.Equal(ImportStatus.Extended, _chain.SetHead(main[3].Header.Hash).Status);
        ChainChecks.AssertIs(_chain, _model, main[3].Header.Hash);
        Assert.Equal(ImportStatus.Known, _chain.SetHead(main[3].Header.Hash).Status);
        Assert.Equal(ImportStatus.UnknownParent, _chain.SetHead(Hash256.FromWord(1)).Status);
    }

    [Fact]
    public void Rewinding_forgets_what_is_above()
    {
        var main = ImportChain(_model.Genesis, 4);
        var side = Build(main[2].Header, 50);
        _chain.Import(side);
        _chain.Rewind(2);
        ChainChecks.AssertIs(_chain, _model, main[1].Header.Hash);
        Assert.False(_chain.Blocks.Contains(main[2].Header.Hash));
        Assert.False(_chain.Blocks.Contains(side.Header.Hash));
        Assert.Throws<ArgumentOutOfRangeException>(() => _chain.Rewind(3));
        Assert.Equal(ImportStatus.Extended, _chain.Import(main[2]).Status);
    }

    [Fact]
    public void What_was_committed_is_there_when_opened_again()
    {
        var main = ImportChain(_model.Genesis, 3);
        var side = Build(main[0].Header, 60);
        _chain.Import(side);
        _chain.Dispose();
        using var again = _model.Open(_database);
        ChainChecks.AssertIs(again, _model, main[2].Header.Hash);
        var next = Build(side.Header, 61);
        Assert.Equal(ImportStatus.SideChain, again.Import(next).Status);
        var winner = Build(next.Header, 62);
        Assert.Equal(ImportStatus.Reorganised, again.Import(winner).Status);
        ChainChecks.AssertIs(again, _model, winner.Header.Hash);
    }

    [Fact]
    public void Beyond_the_undo_window_nothing_is_undone_and_nothing_beside_is_kept()
    {
        var side = Build(_model.Genesis, 70);
        var parent = _model.Genesis;
        var headers = new List<BlockHeader> { parent };
        for (int i = 0; i < 300; i++)
        {
            var block = _model.Extend(parent, []);
            Assert.Equal(ImportStatus.Extended, _chain.Import(block).Status);
            if (i == 0) Assert.Equal(ImportStatus.SideChain, _chain.Import(side).Status);
            headers.Add(parent = block.Header);
        }
        Assert.False(_chain.Blocks.Contains(side.Header.Hash));
        Assert.Null(_chain.GetState(43));
        ChainChecks.AssertSame(_model.StateOf(headers[44].Hash), _chain.GetState(44)!);
        Assert.Equal(ImportStatus.UnknownParent, _chain.Import(Build(headers[43], 71)).Status);
        Assert.Throws<ArgumentOutOfRangeException>(() => _chain.Rewind(43));
        Assert.Equal(ImportStatus.SideChain, _chain.Import(Build(headers[44], 72)).Status);
        _chain.Rewind(44);
        ChainChecks.AssertIs(_chain, _model, headers[44].Hash);
    }

    [Fact]
    public void Another_genesis_is_refused_and_named()
    {
        using var other = new TestChain(Fork.Shanghai);
        var exception = Assert.Throws<ChainMismatchException>(() => other.Open(_database));
        Assert.Contains(_model.Genesis.Hash.ToString(), exception.Message, StringComparison.Ordinal);
        Assert.Contains(other.Genesis.Hash.ToString(), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_genesis_whose_state_has_another_root_is_refused()
    {
        using var database = TestChain.CreateDatabase();
        var spec = _model.Spec with { Genesis = new(_model.Genesis, new StateChanges()) };
        Assert.Throws<InvalidDataException>(() => Blockchain.Open(database, spec));
    }

    [Theory]
    [InlineData("chain", "head")]
    [InlineData("headers", null)]
    [InlineData("canonical", null)]
    public void A_damaged_record_is_told_and_never_used(string table, string? key)
    {
        ImportChain(_model.Genesis, 2);
        _chain.Dispose();
        Damage(table, key);
        Assert.Throws<InvalidDataException>(() => _model.Open(_database));
    }

    /// <summary>Flips a bit in the last value of a table.</summary>
    private void Damage(string name, string? key)
    {
        using var transaction = _database.BeginWrite();
        var table = _database.GetTable(name);
        byte[] found, value;
        using (var cursor = transaction.OpenCursor(table))
        {
            Assert.True(cursor.MoveLast());
            (found, value) = (cursor.Key.ToArray(), cursor.Value.ToArray());
        }
        if (key is not null) Assert.Equal(key, System.Text.Encoding.ASCII.GetString(found));
        value[value.Length / 2] ^= 1;
        transaction.Put(table, found, value);
        transaction.Commit();
    }
}
