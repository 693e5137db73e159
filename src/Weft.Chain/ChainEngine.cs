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

    /// <summary><paramref name="threads"/> for senders and roots, and for the transactions of a block under the
    /// <paramref name="strategy"/>.</summary>
    public ChainEngine(int threads, Strategy strategy = Strategy.Auto)
    {
        _executors = new(strategy, threads);
        Trie = new(threads);
    }

    public int Threads => _executors.Threads;

    public StateTrie Trie { get; }

    /// <summary>For nodes that are used up at once.</summary>
    internal NodeSet Nodes { get; } = new();

    /// <summary>Nodes between the transactions of the block that is executed.</summary>
    internal NodeSet IntermediateNodes { get; } = new();

    public IBlockExecutor GetExecutor(ForkRules rules, ulong chainId, Address? depositContract) =>
        _executors.Get(rules, chainId, depositContract);

    public void Dispose()
    {
        _executors.Dispose();
        Nodes.Dispose();
        IntermediateNodes.Dispose();
        Trie.Dispose();
    }
}
