using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Conformance.Execution;

/// <summary>
/// Executes the blocks of blockchain tests one after the other. Rules between a header and its parent are left to the
/// chain, but for the excess blob gas; blocks beside the longest chain so far are left out.
/// </summary>
internal sealed class BlockchainTestRunner : IDisposable
{
    private readonly CodeCache _codes = new();
    private readonly Dictionary<ForkRules, BlockProcessor> _processors = [];

    public int ValidBlocks { get; private set; }

    /// <summary>Invalid blocks that execution found out.</summary>
    public int RejectedBlocks { get; private set; }

    /// <summary>Invalid blocks whose rule is not execution's.</summary>
    public int UnjudgedBlocks { get; private set; }

    /// <summary>What went otherwise than expected; null where all went well.</summary>
    public string? Run(BlockchainTest test)
    {
        if (test.State.ComputeRoot() != test.Genesis.StateRoot) return "the state root of genesis differs";
        var hashes = new Hashes { [0] = test.Genesis.Hash };
        BlockHeader head = test.Genesis;
        foreach (var block in test.Blocks)
        {
            string? error = Execute(block, test, head, hashes, out BlockHeader? next);
            if (error is not null) return error;
            if (next is null) continue;
            head = next;
            hashes[head.Number] = head.Hash;
        }
        return null;
    }

    public void Dispose()
    {
        foreach (var processor in _processors.Values) processor.Dispose();
    }

    private string? Execute(
        TestBlock block, BlockchainTest test, BlockHeader head, Hashes hashes, out BlockHeader? next)
    {
        next = null;
        if (!Block.TryDecode(block.Rlp, out var decoded, out var decodeError))
            return Judge(block, $"{decodeError}", $"{decodeError}");
        if (decoded.Header.ParentHash != head.Hash) return null;
        if (!TryRecoverSenders(ref decoded)) return Judge(block, "InvalidSignature", "a sender is unknown");
        var rules = test.Schedule.RulesAt(decoded.Header.Number, decoded.Header.Timestamp);
        if (rules.Blobs is not null && decoded.Header.ExcessBlobGas != BlobGas.NextExcess(head, rules))
            return Judge(block, "ExcessBlobGas", "the excess blob gas differs");

        var state = new WorldState(test.State);
        bool isDaoFork = test.Schedule.DaoForkNumber == decoded.Header.Number;
        var result = Processor(rules).Execute(decoded, state, hashes, isDaoFork);
        result = BlockProcessor.Verify(result, decoded, rules);
        if (result.Error != BlockError.None)
        {
            string reason = result.Error == BlockError.InvalidTransaction
                ? result.TransactionError.ToString()
                : result.Error.ToString();
            return Judge(block, reason, $"{result.Error}: {result.Detail}");
        }
        if (block.Exception is { } rule)
        {
            UnjudgedBlocks++;
            return Rejections.AreForTheChain(rule) ? null : $"{rule} was not noticed";
        }
        test.State.Apply(state.GetChanges());
        if (test.State.ComputeRoot() != decoded.Header.StateRoot) return $"state root of block {decoded.Header.Number}";
        ValidBlocks++;
        next = decoded.Header;
        return null;
    }

    /// <summary>The block was rejected: was that expected, and for this reason?</summary>
    private string? Judge(TestBlock block, string reason, string detail)
    {
        if (block.Exception is not { } rule) return $"a valid block was rejected: {detail}";
        RejectedBlocks++;
        return Rejections.Explain(rule, reason) ? null : $"expected {rule}, found {reason}: {detail}";
    }

    private BlockProcessor Processor(ForkRules rules)
    {
        if (!_processors.TryGetValue(rules, out var processor))
            _processors.Add(rules, processor = new(rules, chainId: 1, _codes));
        return processor;
    }

    private static bool TryRecoverSenders(ref Block block)
    {
        var transactions = new Transaction[block.Transactions.Count];
        for (int i = 0; i < transactions.Length; i++)
            if (!SenderRecovery.TryRecoverSigners(block.Transactions[i], out transactions[i])) return false;
        block = block with { Transactions = transactions };
        return true;
    }

    private sealed class Hashes : Dictionary<ulong, Hash256>, IBlockHashes
    {
        public Hash256 GetBlockHash(ulong number) => this.GetValueOrDefault(number);
    }
}
