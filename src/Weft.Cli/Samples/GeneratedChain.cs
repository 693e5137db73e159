using System.Buffers.Binary;
using System.Text;
using Weft.Chain;
using Weft.Chain.Validation;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Crypto;
using Weft.Primitives.Transactions;
using Weft.State;
using Weft.State.Store;
using Weft.State.Trie;

namespace Weft.Cli.Samples;

/// <summary>Sizes of a generated chain.</summary>
/// <param name="Accounts">Accounts without code in the genesis.</param>
/// <param name="Contracts">Contracts in the genesis.</param>
/// <param name="Slots">Slots that each of them has.</param>
/// <param name="Changes">Accounts and slots that a block changes, half of each, about.</param>
/// <param name="Seed">The same seed, the same chain.</param>
public sealed record GeneratedChainSize(int Accounts, int Contracts, int Slots, int Changes, int Seed = 1);

/// <summary>
/// A chain of our own making for measurements and for breaking things: signed transfers between many accounts and calls
/// that write many slots, all picked at random. A Cancun chain, so that no system contract is needed.
/// </summary>
public sealed class GeneratedChain : IDisposable
{
    private const ulong ChainId = 1337, Gwei = 1_000_000_000, SlotsOfACall = 20;
    private const int SenderCountMax = 20_000;

    /// <summary>For every word of the call data, which is a slot: adds the block's number to it.</summary>
    private static readonly byte[] Writer =
        Convert.FromHexString("60005b8036111560185780358054430190556020016002565b00");

    private static readonly UInt256 Wealth = (UInt256)1_000_000 * Gwei * Gwei;

    private readonly GeneratedChainSize _size;
    private readonly Random _random;
    private readonly UInt256[] _keys;
    private readonly Address[] _senders;
    private readonly ulong[] _nonces;
    private readonly ForkRules _rules = ForkRules.Of(Fork.Cancun);
    private readonly BlockProcessor _processor;
    private readonly StateTrie _trie = new(Environment.ProcessorCount);
    private readonly NodeSet _nodes = new();

    public GeneratedChain(GeneratedChainSize size)
    {
        _size = size;
        _random = new Random(size.Seed);
        int senders = Math.Min(size.Accounts, SenderCountMax);
        (_keys, _senders, _nonces) = (new UInt256[senders], new Address[senders], new ulong[senders]);
        for (int i = 0; i < senders; i++)
        {
            _keys[i] = HashOf("key", i).ToWord();
            _senders[i] = Secp256k1.PrivateKeyToAddress(_keys[i]);
        }
        _processor = new(_rules, ChainId, new CodeCache());
        Spec = new ChainSpec("generated", ForkSchedule.Always(Fork.Cancun, ChainId), BuildGenesis());
    }

    public ChainSpec Spec { get; }

    public void Dispose()
    {
        _processor.Dispose();
        _trie.Dispose();
        _nodes.Dispose();
    }

    // ---- Genesis ----

    private Genesis BuildGenesis()
    {
        var state = new StateChanges();
        for (int i = 0; i < _size.Accounts; i++)
            state.Accounts.Add(AccountAddress(i), Account.Empty with { Balance = Wealth });
        var code = Keccak.Hash(Writer);
        state.Code.Add(code, Writer);
        for (int i = 0; i < _size.Contracts; i++)
        {
            var slots = new Dictionary<UInt256, UInt256>(_size.Slots);
            for (int slot = 0; slot < _size.Slots; slot++) slots.Add((UInt256)(ulong)slot, (UInt256)(ulong)(slot + 1));
            state.Accounts.Add(ContractAddress(i), new Account(1, UInt256.Zero, code));
            state.Storage.Add(ContractAddress(i), slots);
        }
        var header = new BlockHeader
        {
            StateRoot = _trie.Update(NoNodes.Instance, state, _nodes), GasLimit = 1_000_000_000,
            BaseFeePerGas = (UInt256)Gwei, WithdrawalsRoot = Hash256.OfEmptyTrie, BlobGasUsed = 0, ExcessBlobGas = 0,
            ParentBeaconBlockRoot = default(Hash256), ExtraData = Encoding.ASCII.GetBytes("weft generated"),
        };
        return new Genesis(header, state);
    }

    // ---- Blocks ----

    /// <summary>The next block after the head of a chain that follows <see cref="Spec"/>; the chain must import
    /// it before the next is asked for.</summary>
    public Block Next(Blockchain chain)
    {
        var parent = chain.Head;
        var transactions = BuildTransactions();
        var header = new BlockHeader
        {
            ParentHash = parent.Hash, Number = parent.Number + 1, Timestamp = parent.Timestamp + 12,
            GasLimit = parent.GasLimit, BaseFeePerGas = BaseFee.After(parent),
            Beneficiary = AccountAddress(0), MixHash = HashOf("randao", (int)parent.Number),
            TransactionsRoot = ListRoot.OfTransactions(transactions), WithdrawalsRoot = Hash256.OfEmptyTrie,
            ExcessBlobGas = 0, BlobGasUsed = 0, ParentBeaconBlockRoot = default(Hash256),
        };
        var state = new WorldState(chain.State);
        var result = _processor.Execute(new(header, transactions, [], []), state, Programs.NoBlockHashes.Instance);
        if (result.Error != BlockError.None)
            throw new InvalidOperationException($"the generated block is invalid: {result.Detail}");
        header = header with
        {
            GasUsed = result.GasUsed, LogsBloom = result.LogsBloom, ReceiptsRoot = result.ReceiptsRoot,
            StateRoot = _trie.Update(chain.State, state.GetChanges(), _nodes),
        };
        return new Block(header, transactions, [], []);
    }

    /// <summary>A transfer changes two accounts; a call changes its sender and the slots that it names.</summary>
    private List<Transaction> BuildTransactions()
    {
        int calls = _size.Contracts == 0 ? 0 : _size.Changes / 2 / (int)SlotsOfACall;
        int transfers = Math.Max(1, (_size.Changes - (calls * ((int)SlotsOfACall + 1))) / 2);
        var transactions = new List<Transaction>(calls + transfers);
        int first = _random.Next(_senders.Length);
        for (int i = 0; i < calls + transfers; i++)
        {
            int sender = (first + i) % _senders.Length;
            bool isCall = i * (long)calls / (calls + transfers) != (i + 1L) * calls / (calls + transfers);
            var draft = isCall ? Call() : Transfer();
            transactions.Add(Sign(draft, sender));
        }
        return transactions;
    }

    private (Address To, ulong Gas, UInt256 Value, byte[] Data) Transfer() =>
        (AccountAddress(_random.Next(_size.Accounts)), 21_000, (UInt256)(ulong)_random.Next(1, 1_000_000), []);

    private (Address To, ulong Gas, UInt256 Value, byte[] Data) Call()
    {
        var data = new byte[32 * (int)SlotsOfACall];
        for (int i = 0; i < (int)SlotsOfACall; i++)
            BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan((32 * i) + 28), (uint)_random.Next(_size.Slots));
        return (ContractAddress(_random.Next(_size.Contracts)), 50_000 + (SlotsOfACall * 25_000), UInt256.Zero, data);
    }

    private Transaction Sign((Address To, ulong Gas, UInt256 Value, byte[] Data) draft, int sender) => new Transaction
    {
        Type = TransactionType.DynamicFee, ChainId = ChainId, Nonce = _nonces[sender]++, GasLimit = draft.Gas,
        To = draft.To, Value = draft.Value, Data = draft.Data,
        MaxFeePerGas = (UInt256)(1000 * Gwei), MaxPriorityFeePerGas = (UInt256)Gwei,
    }.SignedBy(_keys[sender]);

    // ---- Names ----

    private Address AccountAddress(int index) =>
        index < _senders.Length ? _senders[index] : new(HashOf("account", index).Bytes[12..]);

    private static Address ContractAddress(int index) => new(HashOf("contract", index).Bytes[12..]);

    private static Hash256 HashOf(string what, int index) =>
        Keccak.Hash(Encoding.ASCII.GetBytes($"weft generated {what} {index}"));

    /// <summary>The tries before a genesis.</summary>
    private sealed class NoNodes : INodeReader
    {
        public static readonly NoNodes Instance = new();

        public int ReadNode(in NodeKey key, Span<byte> destination) => 0;
    }
}
