using Weft.Chain;
using Weft.Chain.Building;
using Weft.Chain.Dev;
using Weft.Chain.Live;
using Weft.Evm;
using Weft.Execution.Strategies;
using Weft.Execution.Tracing;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State.Store;

namespace Weft.Node.Eth;

/// <summary>From what a request names to blocks, receipts, transactions and states. Safe on any thread.</summary>
public sealed class ChainReader : IDisposable
{
    private const int UnknownBlock = -39001;

    private readonly LiveChain _chain;
    private readonly BlockBuilder _builder;
    private readonly BlockCache _cache = new();
    private readonly IDisposable _subscription;

    public ChainReader(LiveChain chain, BlockBuilder builder)
    {
        (_chain, _builder) = (chain, builder);
        // Blocks come with the senders of their transactions here, so that nobody has to recover them again.
        _subscription = chain.Subscribe(change =>
        {
            foreach (ChainBlock block in change.Added) _cache.Add(block);
        });
    }

    public LiveChain Chain => _chain;

    /// <summary>Nobody says what is final, so the head is; and transactions may have been sent for others.</summary>
    public bool IsDev { get; init; }

    // ---- Blocks ----

    /// <summary>Null where there is no such block. A pending block is none yet: the head stands for it.</summary>
    /// <exception cref="JsonRpcException">Nothing is safe or final yet.</exception>
    public BlockHeader? FindHeader(BlockId id)
    {
        if (id.Number is { } number)
        {
            BlockHeader head = _chain.Head;
            if (number == head.Number) return head;
            return number < head.Number ? _chain.Blocks.GetCanonicalHeader(number) : null;
        }
        if (id.Hash is { } hash) return FindByHash(hash, id.RequireCanonical);
        return id.Tag switch
        {
            BlockTag.Earliest => _chain.Spec.Genesis.Header,
            BlockTag.Safe => Decided(_chain.Safe, "safe"),
            BlockTag.Finalized => Decided(_chain.Finalized, "finalized"),
            _ => _chain.Head,
        };
    }

    /// <exception cref="JsonRpcException">There is no such block.</exception>
    public BlockHeader GetHeader(BlockId id) =>
        FindHeader(id) ?? throw new JsonRpcException(JsonRpcError.ServerError, "header not found");

    /// <summary>The block that would be built now.</summary>
    public Block GetPending() => _builder.GetPending().Block;

    /// <summary>With the senders of its transactions where <paramref name="withSenders"/>.</summary>
    public Block? FindBlock(BlockId id, bool withSenders)
    {
        if (id.Tag == BlockTag.Pending) return GetPending();
        if (FindHeader(id) is not { } header) return null;
        Hash256 hash = header.Hash;
        if (_cache.Find(hash) is { } cached)
            return withSenders ? WithSenders(cached).Block : cached.Block;
        if (_chain.Blocks.GetBlock(hash) is not { } block) return null;
        if (!withSenders) return block;
        // Of a block that is not canonical receipts are not kept, and it is not worth a place.
        return _chain.Blocks.GetReceipts(hash) is { } receipts
            ? WithSenders(new(block, receipts)).Block
            : Recover(block);
    }

    /// <summary>Null where there is no such canonical block. Senders may be unknown: see
    /// <see cref="SenderOf"/>.</summary>
    public ChainBlock? FindWithReceipts(BlockId id)
    {
        if (id.Tag == BlockTag.Pending)
        {
            BuiltBlock pending = _builder.GetPending();
            return new(pending.Block, pending.Result.Receipts);
        }
        return FindHeader(id) is { } header ? FindWithReceipts(header.Hash) : null;
    }

    public ChainBlock? FindWithReceipts(in Hash256 hash)
    {
        if (_cache.Find(hash) is { } cached && _chain.Blocks.GetCanonicalHash(cached.Block.Header.Number) == hash)
            return cached;
        if (_chain.Blocks.GetReceipts(hash) is not { } receipts || _chain.Blocks.GetBlock(hash) is not { } block)
            return null;
        var found = new ChainBlock(block, receipts);
        _cache.Add(found);
        return found;
    }

    /// <summary>A block that need not be canonical any more; without receipts where they are forgotten.</summary>
    public ChainBlock? FindReplaced(in Hash256 hash) =>
        _cache.Find(hash) ?? (_chain.Blocks.GetBlock(hash) is { } block ? new(block, []) : null);

    /// <summary>The canonical block that holds a transaction, and its index there.</summary>
    public (ChainBlock Block, int Index)? FindTransaction(in Hash256 hash)
    {
        if (_chain.FindTransaction(hash) is not var (number, index)) return null;
        // The chain may move between the two look-ups.
        return _chain.Blocks.GetCanonicalHash(number) is { } blockHash
            && FindWithReceipts(blockHash) is { } block
            && index < block.Block.Transactions.Count && block.Block.Transactions[index].Hash == hash
                ? (block, index)
                : null;
    }

    public Address SenderOf(Transaction transaction)
    {
        if (transaction.Sender is { } known) return known;
        // It was valid when its block was imported.
        return SenderRecovery.TryRecover(transaction, out Address sender)
            ? sender
            : throw new InvalidDataException($"the sender of {transaction.Hash} cannot be recovered");
    }

    /// <summary>As execution needs it: senders, and authorities of delegations (EIP-7702).</summary>
    /// <exception cref="JsonRpcException">A signature is none.</exception>
    public Block WithSigners(Block block)
    {
        var transactions = new Transaction[block.Transactions.Count];
        for (int i = 0; i < transactions.Length; i++)
        {
            Transaction transaction = block.Transactions[i];
            if (IsDev && Impersonation.TryReadSender(transaction.Signature, out Address impersonated))
                transactions[i] = transaction.WithSender(impersonated);
            else if (!SenderRecovery.TryRecoverSigners(transaction, out transactions[i]))
                throw new JsonRpcException(JsonRpcError.InvalidParams, $"transaction {i} has no valid signature");
        }
        return block with { Transactions = transactions };
    }

    public ForkRules RulesOf(BlockHeader header) => header.Number == _chain.Spec.Genesis.Header.Number
        ? _chain.Spec.Forks.RulesAt(header.Number, header.Timestamp)
        : _chain.Blocks.GetHeader(header.ParentHash) is { } parent
            ? _chain.RulesAfter(parent, header.Timestamp)
            // Its parent has been forgotten: chains that forget have no difficulty.
            : _chain.Spec.Forks.RulesAt(header.Number, header.Timestamp);

    // ---- States ----

    /// <summary>The state after a block. To be disposed.</summary>
    /// <exception cref="JsonRpcException">There is no such block, or its state is out of reach.</exception>
    public ChainSnapshot OpenSnapshot(BlockId id)
    {
        try
        {
            // Null where the head has just moved: then that is the newest there is.
            if (id.Tag == BlockTag.Pending && _chain.OpenSnapshot(_builder.GetPending()) is { } pending) return pending;
            if (id.Tag is BlockTag.Latest or BlockTag.Pending) return _chain.OpenSnapshot();
            BlockHeader header = GetHeader(id);
            return _chain.OpenSnapshot(header.Hash) ?? throw new JsonRpcException(
                JsonRpcError.ServerError,
                $"missing trie node: the state of block {header.Number} {header.Hash} is not available");
        }
        catch (ChainBusyException e)
        {
            throw new JsonRpcException(JsonRpcError.LimitExceeded, e.Message);
        }
    }

    /// <summary>Gives <paramref name="work"/> a block with the state before it. Senders must be known.</summary>
    /// <exception cref="JsonRpcException">It is the genesis, the state of its parent is out of reach, or executing the
    /// block came to what can only be said in a sentence.</exception>
    public T WithState<T>(Block block, Func<RuledBlock, T> work)
    {
        if (block.Header.Number == _chain.Spec.Genesis.Header.Number)
            throw new JsonRpcException(JsonRpcError.ServerError, "genesis is not traceable");
        using ChainSnapshot parent = OpenSnapshot(BlockId.Of(block.Header.ParentHash));
        ChainSpec spec = _chain.Spec;
        var input = new BlockInput(block, parent, parent)
        {
            IsDaoForkBlock = block.Header.Number == spec.Forks.DaoForkNumber,
        };
        try
        {
            return work(new(input, RulesOf(block.Header), spec.Forks.ChainId, spec.DepositContract));
        }
        catch (Exception e) when (e is TraceAbortedException or InvalidDataException or SnapshotExpiredException)
        {
            throw new JsonRpcException(JsonRpcError.ServerError, e.Message);
        }
    }

    public void Dispose() => _subscription.Dispose();

    private BlockHeader? FindByHash(in Hash256 hash, bool mustBeCanonical)
    {
        if (_chain.Blocks.GetHeader(hash) is not { } header) return null;
        return !mustBeCanonical || _chain.Blocks.GetCanonicalHash(header.Number) == hash
            ? header
            : throw new JsonRpcException(JsonRpcError.ServerError, "hash is not currently canonical");
    }

    private BlockHeader Decided(BlockHeader? header, string what) => header
        ?? (IsDev ? _chain.Head : throw new JsonRpcException(UnknownBlock, $"{what} block not found"));

    private ChainBlock WithSenders(ChainBlock block)
    {
        if (block.Block.Transactions.All(transaction => transaction.Sender is not null)) return block;
        var known = block with { Block = Recover(block.Block) };
        _cache.Add(known);
        return known;
    }

    private Block Recover(Block block) => block with
    {
        Transactions = [.. block.Transactions.Select(transaction => transaction.WithSender(SenderOf(transaction)))],
    };
}
