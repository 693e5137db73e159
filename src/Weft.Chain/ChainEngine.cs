using Weft.Evm;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.State.Trie;

namespace Weft.Chain;

/// <summary>
/// What executes blocks and computes roots: virtual machines, analysed code, threads, buffers. Costly to make, and
/// holds nothing of a chain, so chains may use one after the other. One thread at a time. </summary>
public sealed class ChainEngine : IDisposable
{
    private readonly BlockExecutors _executors;

    /// <summary><paramref name="executors"/> belong to the engine now; senders and roots get as many threads.</summary>
    public ChainEngine(BlockExecutors executors) => (_executors, Trie) = (executors, new(executors.Threads));

    public int Threads => _executors.Threads;

    public StateTrie Trie { get; }

    /// <summary>For nodes that are used up at once.</summary>
    internal NodeSet Nodes { get; } = new();

    /// <summary>Nodes between the transactions of the block that is executed.</summary>
    internal NodeSet IntermediateNodes { get; } = new();

    public IBlockExecutor GetExecutor(ForkRules rules, ulong chainId, Address? depositContract) =>
        _executors.Get(rules, chainId, depositContract);

    /// <summary>Gives up an executor that an exception stopped in the middle of a block.</summary>
    internal void Discard(IBlockExecutor executor) => _executors.Discard(executor);

    public void Dispose()
    {
        _executors.Dispose();
        Nodes.Dispose();
        IntermediateNodes.Dispose();
        Trie.Dispose();
    }
}
