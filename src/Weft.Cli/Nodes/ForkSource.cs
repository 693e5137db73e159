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

    private ForkSource(RemoteNode node, ForkCache? cache, ForkPoint point, ChainSpec spec) =>
        (_node, _cache, Point, Spec) = (node, cache, point, spec);

    public ForkPoint Point { get; }

    public ChainSpec Spec { get; }

    /// <summary>One of <paramref name="known"/>, if it is for the same block of the same node: what it has read is not
    /// asked for again.</summary>
    /// <exception cref="InvalidDataException">The node cannot be asked, or does not have the block or its state.
    /// </exception>
    public static ForkSource Open(
        NodeSettings settings, ForkSettings fork, IReadOnlyList<DevAccount> accounts, params ForkSource?[] known)
    {
        var node = new RemoteNode(fork.Url, new() { CallsPerSecond = fork.CallsPerSecond });
        ForkCache? cache = null;
        ForkSource? opened = null;
        try
        {
            var chains = new ChainFinder(node, null);
            var (header, hash) = new RemoteBlocks(node).ReadFields(fork.Block);
            var point = new ForkPoint(fork.Url, chains.ChainId, header.Number, hash);
            if (known.FirstOrDefault(source => source?.Point == point) is { } same) return same;
            if (settings.HasData && !known.Any(source => source?.Point.Hash == hash))
                cache = ForkCache.Open(Path.Combine(settings.Data.Folder, CacheFolder), chains.ChainId, hash);
            var state = new RemoteState(node, header.Number) { Cache = cache };
            cache?.Fill(state);
            state.Set(header.Number, hash);
            ulong chainId = settings.HasChainId ? settings.ChainId : chains.ChainId;
            var spec = ForkedChain.Create(
                state, header, chainId, RulesOf(chains, header), accounts, settings.Balance);
            return opened = new(node, cache, point, spec);
        }
        catch (Exception e) when (e is RemoteException or InputException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(e.Message, e);
        }
        finally
        {
            if (opened is null)
            {
                cache?.Dispose();
                node.Dispose();
            }
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
