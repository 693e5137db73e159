using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Primitives;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Chain;

/// <summary>
/// What executes blocks and computes roots: virtual machines, analysed code, threads, buffers. Costly to make, and
/// holds nothing of a chain, so chains may use one after the other. One thread at a time. </summary>
public sealed class ChainEngine : IDisposable
{
    private readonly Dictionary<(ForkRules, ulong, Address?), BlockProcessor> _processors = [];
    private readonly CodeCache _codes = new();
    private WorldState? _state;

    /// <summary><paramref name="threads"/> for senders and roots.</summary>
    public ChainEngine(int threads)
    {
        Threads = threads;
        Trie = new(threads);
    }

    public int Threads { get; }

    public StateTrie Trie { get; }

    /// <summary>For nodes that are used up at once.</summary>
    internal NodeSet Nodes { get; } = new();

    public BlockProcessor GetProcessor(ForkRules rules, ulong chainId, Address? depositContract)
    {
        var key = (rules, chainId, depositContract);
        if (!_processors.TryGetValue(key, out BlockProcessor? processor))
            _processors.Add(key, processor = new(rules, chainId, _codes, depositContract));
        return processor;
    }

    /// <summary>A state without changes over another one; the one given before is void.</summary>
    internal WorldState BeginState(IStateReader source)
    {
        if (_state is null) return _state = new(source);
        _state.Reset(source);
        return _state;
    }

    public void Dispose()
    {
        foreach (BlockProcessor processor in _processors.Values) processor.Dispose();
        Nodes.Dispose();
        Trie.Dispose();
    }
}
