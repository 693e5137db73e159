using Weft.Chain;
using Weft.Cli.Input;
using Weft.Cli.Snapshots;
using Weft.Evm;
using Weft.Node.Dev;
using Weft.Node.Forks;
using Weft.Primitives.Blocks;

namespace Weft.Cli.Nodes;

/// <summary>Another node whose state the dev chain begins with, for as long as the chain is open.</summary>
internal sealed class ForkSource : IDisposable
{
    private const string CacheFolder = "forks";

    private readonly RemoteNode _node;
    private readonly ForkCache? _cache;

    private ForkSource(RemoteNode node, ForkCache? cache, ChainSpec spec) =>
        (_node, _cache, Spec) = (node, cache, spec);

    public ChainSpec Spec { get; }

    /// <exception cref="InputException">The node cannot be asked, or does not have the block or its state.</exception>
    public static ForkSource Open(NodeSettings settings, IReadOnlyList<DevAccount> accounts)
    {
        var fork = settings.Fork!;
        var node = new RemoteNode(fork.Url, new() { CallsPerSecond = fork.CallsPerSecond });
        ForkCache? cache = null;
        try
        {
            var chains = new ChainFinder(node, null);
            var (header, hash) = new RemoteBlocks(node).ReadFields(fork.Block);
            if (settings.HasData)
                cache = ForkCache.Open(Path.Combine(settings.Data.Folder, CacheFolder), chains.ChainId, hash);
            var state = new RemoteState(node, header.Number) { Cache = cache };
            cache?.Fill(state);
            state.Set(header.Number, hash);
            return new(node, cache, ForkedChain.Create(
                state, header, settings.HasChainId ? settings.ChainId : chains.ChainId, RulesOf(chains, header),
                accounts, settings.Balance));
        }
        catch (Exception e) when (e is RemoteException or InvalidDataException or IOException
            or UnauthorizedAccessException)
        {
            cache?.Dispose();
            node.Dispose();
            throw new InputException("--fork-url", "", e.Message);
        }
    }

    public void Dispose()
    {
        _cache?.Dispose();
        _node.Dispose();
    }

    /// <summary>Those of the block, where its header is one of Ethereum's after Paris; otherwise the newest.</summary>
    private static ForkRules RulesOf(ChainFinder chains, BlockHeader header) =>
        chains.Find(header).FirstOrDefault() is { Rules: { Difficulty: DifficultyRule.Zero } rules }
            ? rules
            : ForkRules.Of(Fork.Osaka);
}
