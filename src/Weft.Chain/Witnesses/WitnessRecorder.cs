using Weft.Chain.Validation;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Chain.Witnesses;

/// <summary>
/// Executes a block and collects what it needs of the state before it. With a <see cref="CodeCache"/> of its own: code
/// that others have loaded would not be asked for.
/// </summary>
public static class WitnessRecorder
{
    /// <summary><paramref name="input"/>: a block whose senders are known, on the state of its parent;
    /// <paramref name="nodes"/>: the tries of that state.</summary>
    /// <exception cref="InvalidDataException">The block is invalid, or a node or a header is missing.</exception>
    public static ExecutionWitness Record(
        BlockInput input, ForkRules rules, ChainSpec spec, INodeReader nodes, IHeaderReader headers)
    {
        var reads = new ReadRecorder(input.State, input.Hashes);
        var state = new WorldState(reads);
        using var processor = new BlockProcessor(rules, spec.Forks.ChainId, new CodeCache(), spec.DepositContract);
        BlockResult result = processor.Execute(input.Block, state, reads, input.IsDaoForkBlock);
        if (result.Error != BlockError.None)
            throw new InvalidDataException($"the block is invalid: {result.Detail}");
        var builder = new WitnessBuilder(nodes);
        builder.AddChanges(state.GetChanges());
        foreach (Address address in reads.Accounts) builder.AddAccount(address);
        foreach (var (address, key) in reads.Slots) builder.AddSlot(address, key);
        return new(
            [.. builder.Nodes], [.. reads.Codes.Values], KeysOf(reads),
            FindHeaders(input.Block.Header, reads.OldestHash, headers));
    }

    private static List<ReadOnlyMemory<byte>> KeysOf(ReadRecorder reads)
    {
        var keys = new List<ReadOnlyMemory<byte>>(reads.Accounts.Count + reads.Slots.Count);
        foreach (Address address in reads.Accounts.Order()) keys.Add(address.Bytes.ToArray());
        foreach (UInt256 key in reads.Slots.Select(slot => slot.Key).Distinct().Order())
            keys.Add(Hash256.FromWord(key).Bytes.ToArray());
        return keys;
    }

    /// <summary>BLOCKHASH reaches 256 blocks back, so these are no more.</summary>
    private static List<BlockHeader> FindHeaders(BlockHeader header, ulong? oldest, IHeaderReader headers)
    {
        var found = new List<BlockHeader>();
        Hash256 hash = header.ParentHash;
        do
        {
            BlockHeader parent = headers.GetHeader(hash)
                ?? throw new InvalidDataException($"the header {hash} of an ancestor is missing");
            found.Add(parent);
            hash = parent.ParentHash;
        } while (found[^1].Number > (oldest ?? ulong.MaxValue));
        found.Reverse();
        return found;
    }
}
