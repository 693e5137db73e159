using Weft.Chain;
using Weft.Cli.Input;
using Weft.Cli.Replay;
using Weft.Execution;
using Weft.Node.Forks;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Cli.Snapshots;

/// <summary>A block with all that it reads, which was proven by executing it.</summary>
/// <param name="Source">How the state was found.</param>
/// <param name="Result">Of executing it with nothing but what will be in the file.</param>
internal sealed record BlockSnapshot(
    Block Block, InMemoryState State, IReadOnlyDictionary<ulong, Hash256> Hashes, BlockChain? Chain, string Source,
    ReplayResult Result);

/// <summary>Brings blocks of another node here with the state that they read, and proves each against its own header:
/// gas, receipts root, logs bloom. Another state or other rules would come to something else.</summary>
internal sealed class SnapshotTaker(RemoteNode node, ChainSpec? given) : IDisposable
{
    private readonly RemoteBlocks _blocks = new(node);
    private readonly ChainFinder _chains = new(node, given);
    private readonly BlockReplay _replay = new();

    public ulong ChainId => _chains.ChainId;

    /// <summary>First with the values of the node's tracer where it has one, then with values read one by
    /// one.</summary>
    /// <exception cref="InputException">The block is not there, its state is not, or it cannot be proven.</exception>
    public BlockSnapshot Take(string id)
    {
        var block = _blocks.Read(id);
        if (block.Header.Number == 0)
            throw new InputException(
                node.Name, $"block {id}", "the genesis has no state before it", "name a later one");
        var traced = new RemoteState(node, block.Header.Number - 1);
        if (new StateCollector(node, block, traced).TryByPrestate()
            && TryProve(block, traced, "prestateTracer", out var proven, out _)) return proven!;
        var state = new RemoteState(node, block.Header.Number - 1);
        new StateCollector(node, block, state).ByAccessLists();
        return TryProve(block, state, "access lists and single reads", out proven, out string why)
            ? proven!
            : throw new InputException(
                node.Name, $"block {block.Header.Number}", why,
                given is null ? "name the forks of the chain with --chain" : "is it the right chain?");
    }

    public void Dispose() => _replay.Dispose();

    /// <summary>Under one set of rules after the other; and as if there were no system calls, for nodes that make
    /// none.</summary>
    private bool TryProve(Block block, RemoteState state, string source, out BlockSnapshot? proven, out string why)
    {
        (proven, why) = (null, "no fork fits the fields of its header");
        foreach (bool hasSystemCalls in new[] { true, false })
            foreach (var chain in _chains.Find(block.Header))
            {
                var rules = chain with { HasSystemCalls = hasSystemCalls };
                if (!hasSystemCalls && rules.RulesOfBlock == chain.Rules) continue;
                var result = _replay.Replay(ToFile(block, state, state, rules));
                if (result.Difference is { } difference)
                {
                    // The first is under the likeliest rules.
                    if (why.StartsWith("no fork", StringComparison.Ordinal)) why = Describe(difference, rules);
                    continue;
                }
                // Now with nothing but what will be in the file.
                var known = state.ToState();
                result = _replay.Replay(ToFile(block, known, new BlockHashTable(node.Name, state.Hashes), rules));
                bool isMainnet = rules.Id == ForkSchedule.Mainnet.ChainId && hasSystemCalls && given is null;
                proven = new(block, known, state.Hashes, isMainnet ? null : rules, source, result);
                return result.IsProven;
            }
        return false;
    }

    private BlockFile ToFile(Block block, IStateReader state, IBlockHashes hashes, BlockChain chain) => new()
    {
        Source = $"{node.Name}: block {block.Header.Number}", Block = block, IsComplete = true, IsSigned = true,
        Hash = block.Header.Hash, OmmerCount = block.Ommers.Count,
        TransactionHashes = [.. block.Transactions.Select(transaction => transaction.Hash)],
        State = state, Hashes = hashes, Chain = chain,
    };

    private static string Describe(Difference difference, BlockChain chain)
    {
        string where = difference.TransactionIndex is { } index ? $"transaction {index}: " : "";
        return $"executed under {chain.Rules.Fork}, it differs from its header: {where}{difference.Field}: expected "
            + $"{difference.Expected}, got {difference.Got}";
    }
}
