using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Cli.Workloads;

/// <summary>A block of a workload, with everything that it needs and the truth about it.</summary>
/// <param name="Name">The workload's.</param>
/// <param name="Block">Senders are known, signed or not. The header is that of the serial execution: gas, bloom, roots.
/// </param>
/// <param name="State">The whole state before the block. Never changed, so threads may share it.</param>
/// <param name="Result">What executing the block serially came to; every transaction succeeded.</param>
/// <param name="Changes">What that changed in the state.</param>
/// <param name="IsSigned">Signatures are there and valid; otherwise they are empty.</param>
public sealed record WorkloadBlock(
    string Name, Block Block, InMemoryState State, BlockResult Result, StateChanges Changes, bool IsSigned)
{
    // Between the activations of Prague and Osaka on mainnet. Osaka's limit of 8 MiB a block (EIP-7934) would not leave
    // room for 100,000 transactions.
    internal const ulong Number = 22_800_000, Timestamp = 1_751_000_000;

    private static readonly UInt256 BaseFee = 7_000_000_000;

    /// <summary>Accounts and slots that the block changes, each counted once: the fewer, the more transactions meet.
    /// </summary>
    public int WrittenLocations => Changes.Accounts.Count + Changes.Storage.Values.Sum(slots => slots.Count);

    public ForkRules Rules => BlockRules;

    public ulong ChainId => WorkloadBuilder.ChainId;

    private static ForkRules BlockRules { get; } = ForkSchedule.Mainnet.RulesAt(Number, Timestamp);

    /// <summary>Executes the transactions serially and writes what comes of it into the header.</summary>
    internal static WorkloadBlock Seal(string name, InMemoryState state, Transaction[] transactions, bool isSigned)
    {
        Samples.SystemContracts.AddTo(state);
        var header = new BlockHeader
        {
            ParentHash = WorkloadBuilder.HashOf("parent"), Number = Number, Timestamp = Timestamp,
            Beneficiary = WorkloadBuilder.AddressOf("beneficiary", 0), MixHash = WorkloadBuilder.HashOf("randao"),
            GasLimit = transactions.Aggregate(0ul, (sum, transaction) => sum + transaction.GasLimit),
            BaseFeePerGas = BaseFee, BlobGasUsed = 0, ExcessBlobGas = 0, ParentBeaconBlockRoot = default(Hash256),
            TransactionsRoot = ListRoot.OfTransactions(transactions), WithdrawalsRoot = Hash256.OfEmptyTrie,
        };
        var world = new WorldState(state);
        using var processor = new BlockProcessor(BlockRules, WorkloadBuilder.ChainId, new CodeCache());
        var result = processor.Execute(
            new(header, transactions, [], []), world, Programs.NoBlockHashes.Instance);
        Check(name, result);
        var changes = world.GetChanges();
        var after = state.Clone();
        after.Apply(changes);
        header = header with
        {
            GasUsed = result.GasUsed, LogsBloom = result.LogsBloom, ReceiptsRoot = result.ReceiptsRoot,
            RequestsHash = result.RequestsHash, StateRoot = after.ComputeRoot(),
        };
        return new(name, new(header, transactions, [], []), state, result, changes, isSigned);
    }

    private static void Check(string name, BlockResult result)
    {
        if (result.Error != BlockError.None)
            throw new InvalidOperationException($"the block of {name} is invalid: {result.Detail}");
        for (int i = 0; i < result.Transactions.Count; i++)
            if (!result.Transactions[i].Succeeded)
                throw new InvalidOperationException(
                    $"transaction {i} of {name} fails: {result.Transactions[i].Halt}");
    }
}
