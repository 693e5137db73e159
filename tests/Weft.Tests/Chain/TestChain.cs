using Weft.Chain;
using Weft.Chain.Validation;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;
using Weft.State.Store;

namespace Weft.Tests.Chain;

/// <summary>
/// Makes valid blocks by executing them over states in memory, whose roots are computed whole: the model of a chain in
/// a database. Knows the state after every block that it made. </summary>
internal sealed class TestChain : IDisposable
{
    private const ulong GasLimit = 30_000_000;

    /// <summary>Called with x and y: stores y at x and logs topic x; with x = 0xdead it destroys itself.</summary>
    private static readonly byte[] Code = Convert.FromHexString(
        "600035" + "80" + "61dead" + "14" + "6016" + "57" // x; x == 0xdead?
        + "602035" + "81" + "55" + "60006000" + "a1" + "00" // SSTORE, LOG1
        + "5b33ff"); // SELFDESTRUCT

    public static readonly Address[] Contracts =
        [.. Enumerable.Range(1, 3).Select(i => Address.FromNumber(0xc0 + (ulong)i))];

    public static readonly UInt256[] Keys = [7, 8, 9];

    private readonly Dictionary<Hash256, (Block Block, InMemoryState State, UInt256 Total)> _blocks = [];
    private readonly CodeCache _codes = new();
    private readonly BlockProcessor _processor;
    private readonly ForkRules _rules;

    public TestChain(Fork fork)
    {
        _rules = ForkRules.Of(fork);
        _processor = new(_rules, 1, _codes);
        var changes = GenesisState();
        var state = new InMemoryState();
        state.Apply(changes);
        var header = new BlockHeader
        {
            GasLimit = GasLimit, StateRoot = state.ComputeRoot(),
            Difficulty = _rules.Difficulty == DifficultyRule.Zero ? UInt256.Zero : 131072,
            BaseFeePerGas = _rules.BaseFee ? 7 : null,
            WithdrawalsRoot = _rules.Withdrawals ? Hash256.OfEmptyTrie : null,
        };
        Spec = new("test", ForkSchedule.Always(fork), new(header, changes));
        _blocks.Add(header.Hash, (new(header, [], [], null), state, header.Difficulty));
    }

    public ChainSpec Spec { get; }

    public BlockHeader Genesis => Spec.Genesis.Header;

    public static Database CreateDatabase() =>
        Database.CreateTemporary(StateStore.TableNames.Union(ChainStore.TableNames));

    public Blockchain Open(Database database) =>
        Blockchain.Open(database, Spec, new() { Threads = 1, CacheBytes = 1 << 20 });

    public InMemoryState StateOf(in Hash256 hash) => _blocks[hash].State;

    public UInt256 TotalDifficultyOf(in Hash256 hash) => _blocks[hash].Total;

    public Block BlockOf(in Hash256 hash) => _blocks[hash].Block;

    public void Dispose() => _processor.Dispose();

    /// <summary>A call of a contract, with the nonce that the sender has in the state after a block.</summary>
    public Transaction Call(
        BlockHeader parent, int sender, int contract, in UInt256 x, in UInt256 y, ulong nonceAhead = 0)
    {
        var data = new byte[64];
        x.WriteBigEndian(data);
        y.WriteBigEndian(data.AsSpan(32));
        var address = Transactions(0).SignedBy(Keys[sender]).Sender!.Value;
        StateOf(parent.Hash).TryGetAccount(address, out var account);
        return new Transaction
        {
            Type = TransactionType.Legacy, Nonce = account.Nonce + nonceAhead, GasPrice = 1000, GasLimit = 200_000,
            To = Contracts[contract], Data = data, ChainId = _rules.ReplayProtection ? 1 : null,
        }.SignedBy(Keys[sender]);
    }

    /// <summary>The block after a parent; <paramref name="seconds"/> later, which decides about its difficulty.
    /// </summary>
    public Block Extend(BlockHeader parent, IReadOnlyList<Transaction> transactions, ulong seconds = 12)
    {
        var header = new BlockHeader
        {
            ParentHash = parent.Hash, Number = parent.Number + 1, Timestamp = parent.Timestamp + seconds,
            GasLimit = parent.GasLimit, Beneficiary = Address.FromNumber(0xbe), BaseFeePerGas = _rules.BaseFee
                ? BaseFee.After(parent)
                : null,
            Difficulty = Difficulty.Of(
                parent.Number + 1, parent.Timestamp + seconds, parent.Timestamp, parent.Difficulty, false, _rules),
            TransactionsRoot = ListRoot.OfTransactions(transactions),
            WithdrawalsRoot = _rules.Withdrawals ? Hash256.OfEmptyTrie : null,
        };
        var block = new Block(header, transactions, [], _rules.Withdrawals ? [] : null);
        var state = StateOf(parent.Hash).Clone();
        var world = new WorldState(state);
        var result = _processor.Transition(block, world, new NoHashes(), roots: new WholeRoots(state)).Seal();
        if (result.Error != BlockError.None) throw new InvalidOperationException($"{result.Error} {result.Detail}");
        state.Apply(world.GetChanges());
        block = block with
        {
            Header = header with
            {
                StateRoot = state.ComputeRoot(), ReceiptsRoot = result.ReceiptsRoot, LogsBloom = result.LogsBloom,
                GasUsed = result.GasUsed,
            },
            Transactions = [.. transactions.Select(Unsigned)],
        };
        _blocks[block.Header.Hash] =
            (block, state, _blocks[parent.Hash].Total + block.Header.Difficulty);
        return block;
    }

    /// <summary>As it would come over the wire: the sender is not known.</summary>
    private static Transaction Unsigned(Transaction transaction) => Transaction.Decode(transaction.Encode());

    private static Transaction Transactions(ulong nonce) =>
        new() { Type = TransactionType.Legacy, Nonce = nonce, GasLimit = 21000 };

    private static StateChanges GenesisState()
    {
        var changes = new StateChanges();
        var hash = Keccak.Hash(Code);
        changes.Code.Add(hash, Code);
        foreach (var contract in Contracts)
        {
            changes.Accounts.Add(contract, new Account(1, 5, hash));
            changes.Storage.Add(contract, Enumerable.Range(1, 40).ToDictionary(
                i => (UInt256)(ulong)i, i => (UInt256)(ulong)(i * 3)));
        }
        foreach (var key in Keys)
            changes.Accounts.Add(
                Transactions(0).SignedBy(key).Sender!.Value,
                new Account(0, (UInt256)1_000_000_000_000_000_000ul, Hash256.OfEmptyCode));
        return changes;
    }

    private sealed class NoHashes : IBlockHashes
    {
        public Hash256 GetBlockHash(ulong number) => default;
    }

    /// <summary>State roots between transactions, each computed from nothing.</summary>
    private sealed class WholeRoots(InMemoryState before) : IStateRoots
    {
        public Hash256 ComputeRoot(WorldState state)
        {
            var copy = before.Clone();
            copy.Apply(state.GetChanges());
            return copy.ComputeRoot();
        }
    }
}
