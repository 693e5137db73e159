using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Cli.Replay;

/// <summary>A receipt that a file gives beside the block, to find the transaction that differs.</summary>
public sealed record ExpectedReceipt(
    bool? Succeeded, ulong GasUsed, ulong CumulativeGasUsed, IReadOnlyList<LogEntry> Logs);

/// <summary>What another client computed for a transaction of a block whose header is not known in full.</summary>
public sealed record ComputedTransaction(ulong GasUsed, bool Succeeded, int LogCount, Hash256 LogsHash);

/// <summary>The chain of a block that is not of mainnet.</summary>
/// <param name="Rules">Of this block.</param>
/// <param name="DepositContract">Where validators deposit (EIP-6110); null: mainnet's.</param>
/// <param name="HasSystemCalls">False for the chain of a node that does not make the calls that begin and end a block
/// (EIP-2935, 4788, 7002, 7251), as nodes for developers do not: then there is nothing to be said of requests.</param>
public sealed record BlockChain(
    ulong Id, ForkRules Rules, Address? DepositContract = null, bool HasSystemCalls = true)
{
    /// <summary>The rules without what the chain leaves out.</summary>
    public ForkRules RulesOfBlock => HasSystemCalls
        ? Rules
        : Rules with { BeaconRoots = false, BlockHashHistory = false, Requests = false };
}

/// <summary>A block with all that it reads: what `weft replay` executes and proves.</summary>
public sealed record BlockFile
{
    /// <summary>The file, for messages.</summary>
    public required string Source { get; init; }

    /// <summary>Senders are known: recovered, or given where there is no signature.</summary>
    public required Block Block { get; init; }

    /// <summary>False where header fields and signatures are missing; then only <see cref="Computed"/> can be proven.
    /// </summary>
    public required bool IsComplete { get; init; }

    /// <summary>False where the senders are given, not recovered.</summary>
    public required bool IsSigned { get; init; }

    /// <summary>The state is the whole one before the block, so the root after it can be computed.</summary>
    public bool IsWholeState { get; init; }

    /// <summary>The hash of the header, which matches its fields; null where the header is not complete.</summary>
    public Hash256? Hash { get; init; }

    /// <summary>Ommers are given by hash alone: their headers, and so their rewards, are not known.</summary>
    public required int OmmerCount { get; init; }

    public required IReadOnlyList<Hash256> TransactionHashes { get; init; }

    /// <summary>The accounts that the block reads. Never changed.</summary>
    public required IStateReader State { get; init; }

    /// <summary>The state where it comes with a proof; then the state root after the block is computed too.</summary>
    public Witness? Witness => State as Witness;

    /// <summary>What the block accesses, from elsewhere; null where that is not known.</summary>
    public BlockAccessList? AccessList { get; init; }

    public required IBlockHashes Hashes { get; init; }

    /// <summary>Null for mainnet.</summary>
    public BlockChain? Chain { get; init; }

    public ulong ChainId => Chain?.Id ?? ForkSchedule.Mainnet.ChainId;

    public bool IsDaoForkBlock => Chain is null && Block.Header.Number == ForkSchedule.Mainnet.DaoForkNumber;

    public IReadOnlyList<ExpectedReceipt>? Receipts { get; init; }

    public IReadOnlyList<ComputedTransaction>? Computed { get; init; }

    /// <summary>Without a complete header there is nothing that system calls could work with.</summary>
    public ForkRules FindRules()
    {
        var rules = Chain?.RulesOfBlock ?? ForkSchedule.Mainnet.RulesAt(Block.Header.Number, Block.Header.Timestamp);
        return IsComplete ? rules : rules.OfTransactionsAlone();
    }
}

/// <summary>The hashes of earlier blocks that a file gives.</summary>
public sealed class BlockHashTable(string source, IReadOnlyDictionary<ulong, Hash256> hashes) : IBlockHashes
{
    public Hash256 GetBlockHash(ulong number) => hashes.TryGetValue(number, out var hash)
        ? hash
        : throw new Input.InputException(
            source, "blockHashes", $"the block asks for the hash of {number}, which is not given");
}
