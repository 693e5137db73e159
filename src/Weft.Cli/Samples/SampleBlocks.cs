using System.Text;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Crypto;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Cli.Samples;

/// <summary>A block of the sample with the state before it and the receipts after it.</summary>
public sealed record SampleBlock(Block Block, InMemoryState State, BlockResult Result);

/// <summary>
/// Builds the blocks that ship in samples/: small, of our own making, one for each of three eras, with signatures,
/// roots and hashes that hold. The same on every machine and at every time.
/// </summary>
public static class SampleBlocks
{
    private const ulong Gwei = 1_000_000_000, ChainId = 1;
    private static readonly UInt256 Ether = (UInt256)1_000_000_000 * Gwei;

    /// <summary>Adds the first word of the call data to slot 0, logs the sum under topic 1.</summary>
    private static readonly byte[] Counter = Convert.FromHexString("6000356000540180600055600052600160206000a100");

    /// <summary>Reverts.</summary>
    private static readonly byte[] Reverter = Convert.FromHexString("60006000fd");

    private static readonly Address CounterAddress = Named("counter"), ReverterAddress = Named("reverter");

    public static IReadOnlyList<SampleBlock> Build() => [BuildByzantium(), BuildCancun(), BuildOsaka()];

    // ---- The three blocks ----

    private static SampleBlock BuildByzantium()
    {
        var transactions = Enumerable.Range(0, 4).Select(i => Legacy(i, Named("receiver"), (ulong)i * Gwei, [], 21_000))
            .Append(Legacy(4, CounterAddress, 0, Word(5), 100_000))
            .Append(Legacy(5, ReverterAddress, 0, [], 60_000))
            .Append(Legacy(6, null, 0, InitCode(Counter), 200_000));
        return Finish(
            Header(5_000_000, 1_517_319_693) with { Difficulty = 2_000_000_000_000_000 }, [.. transactions], null);
    }

    private static SampleBlock BuildCancun()
    {
        Transaction[] transactions =
        [
            Legacy(0, Named("receiver"), Gwei, [], 21_000),
            Sign(0, new Transaction
            {
                Type = TransactionType.AccessList, ChainId = ChainId, Nonce = 1, GasPrice = 20 * Gwei,
                GasLimit = 100_000,
                To = CounterAddress, Data = Word(7), AccessList = [new(CounterAddress, [UInt256.Zero])],
            }),
            Dynamic(1, 0, CounterAddress, Word(11)),
            Dynamic(2, 0, ReverterAddress, []),
            Dynamic(3, 0, null, InitCode(Counter)),
            Sign(4, new Transaction
            {
                Type = TransactionType.Blob, ChainId = ChainId, GasLimit = 21_000, To = Named("receiver"),
                MaxFeePerGas = 30 * Gwei, MaxPriorityFeePerGas = Gwei, MaxFeePerBlobGas = Gwei,
                BlobVersionedHashes = [BlobHash("one"), BlobHash("two")],
            }),
        ];
        var header = AfterParis(Header(19_500_000, 1_711_200_000));
        return Finish(
            header, transactions,
            [new(1, 10, Named("validator"), 17_000_000), new(2, 11, Named("validator"), 18_000_000)]);
    }

    private static SampleBlock BuildOsaka()
    {
        var authority = Key(5);
        var authorization = AuthorizationRecovery.Sign(
            new Authorization(ChainId, CounterAddress, 0, 0, default, default), authority);
        Transaction[] transactions =
        [
            Sign(0, new Transaction
            {
                Type = TransactionType.SetCode, ChainId = ChainId, GasLimit = 200_000, To = AddressOf(5),
                Data = Word(3),
                MaxFeePerGas = 30 * Gwei, MaxPriorityFeePerGas = Gwei, AuthorizationList = [authorization],
            }),
            Dynamic(1, 0, AddressOf(5), Word(4)),
            Dynamic(2, 0, CounterAddress, Word(1)),
        ];
        var header = AfterParis(Header(25_000_000, 1_768_000_000));
        return Finish(header, transactions, [new(3, 12, Named("validator"), 19_000_000)]);
    }

    // ---- From a body to a block ----

    private static SampleBlock Finish(BlockHeader header, Transaction[] transactions, Withdrawal[]? withdrawals)
    {
        var rules = ForkSchedule.Mainnet.RulesAt(header.Number, header.Timestamp);
        var pre = StateBefore(rules);
        var state = new WorldState(pre);
        header = header with
        {
            TransactionsRoot = ListRoot.OfTransactions(transactions),
            WithdrawalsRoot = withdrawals is null ? null : ListRoot.OfWithdrawals(withdrawals),
        };
        using var processor = new BlockProcessor(rules, ChainId, new CodeCache());
        var result = processor.Execute(
            new Block(header, transactions, [], withdrawals), state, Programs.NoBlockHashes.Instance);
        if (result.Error != BlockError.None)
            throw new InvalidOperationException($"the sample is invalid: {result.Detail}");
        var after = pre.Clone();
        after.Apply(state.GetChanges());
        header = header with
        {
            GasUsed = result.GasUsed, LogsBloom = result.LogsBloom, ReceiptsRoot = result.ReceiptsRoot,
            StateRoot = after.ComputeRoot(), RequestsHash = result.RequestsHash,
            BlobGasUsed = rules.Blobs is null ? null : result.BlobGasUsed,
        };
        return new SampleBlock(new Block(header, transactions, [], withdrawals), pre, result);
    }

    /// <summary>Everything that the block reads.</summary>
    private static InMemoryState StateBefore(ForkRules rules)
    {
        var state = new InMemoryState();
        for (int i = 0; i < 8; i++)
            state.SetAccount(AddressOf(i), Account.Empty with { Balance = (UInt256)(ulong)(i + 1) * Ether });
        foreach (string name in new[] { "receiver", "validator", "beneficiary" })
            state.SetAccount(Named(name), Account.Empty with { Balance = UInt256.One });
        state.SetAccount(CounterAddress, new Account(1, UInt256.Zero, state.AddCode(Counter)));
        state.SetStorage(CounterAddress, UInt256.Zero, 100);
        state.SetAccount(ReverterAddress, new Account(1, UInt256.Zero, state.AddCode(Reverter)));
        if (rules.Requests) SystemContracts.AddTo(state);
        return state;
    }

    // ---- Parts ----

    private static BlockHeader Header(ulong number, ulong timestamp) => new()
    {
        ParentHash = HashOf($"parent of {number}"), Beneficiary = Named("beneficiary"), Number = number,
        Timestamp = timestamp,
        GasLimit = 30_000_000, MixHash = HashOf($"mix of {number}"), ExtraData = Encoding.ASCII.GetBytes("weft sample"),
    };

    private static BlockHeader AfterParis(BlockHeader header) => header with
    {
        BaseFeePerGas = (UInt256)(7 * Gwei), ExcessBlobGas = 0,
        ParentBeaconBlockRoot = HashOf($"beacon root of {header.Number}"),
    };

    /// <summary>Each of the first senders has one transaction, so that every nonce is 0.</summary>
    private static Transaction Legacy(int sender, Address? to, ulong value, byte[] data, ulong gas) =>
        Sign(sender, new Transaction
    {
        Type = TransactionType.Legacy, ChainId = sender == 0 ? null : ChainId, GasPrice = 20 * Gwei, GasLimit = gas,
        To = to,
        Value = value, Data = data,
    });

    private static Transaction Dynamic(int sender, ulong nonce, Address? to, byte[] data) =>
        Sign(sender, new Transaction
    {
        Type = TransactionType.DynamicFee, ChainId = ChainId, Nonce = nonce, GasLimit = 200_000, To = to, Data = data,
        MaxFeePerGas = 30 * Gwei, MaxPriorityFeePerGas = 2 * Gwei,
    });

    private static Transaction Sign(int sender, Transaction transaction) => transaction.SignedBy(Key(sender));

    private static UInt256 Key(int index) => HashOf($"key {index}").ToWord();

    private static Address AddressOf(int index) => Secp256k1.PrivateKeyToAddress(Key(index));

    private static Address Named(string name) => new(HashOf(name).Bytes[12..]);

    private static Hash256 BlobHash(string name)
    {
        var bytes = HashOf($"blob {name}").Bytes.ToArray();
        bytes[0] = 1;
        return new(bytes);
    }

    private static Hash256 HashOf(string text) => Keccak.Hash(Encoding.ASCII.GetBytes($"weft sample {text}"));

    private static byte[] Word(ulong value) => Hash256.FromWord(value).Bytes.ToArray();

    /// <summary>PUSH1 length, DUP1, PUSH1 11, PUSH1 0, CODECOPY, PUSH1 0, RETURN, code.</summary>
    private static byte[] InitCode(byte[] code) =>
        [0x60, (byte)code.Length, 0x80, 0x60, 11, 0x60, 0, 0x39, 0x60, 0, 0xf3, .. code];
}
