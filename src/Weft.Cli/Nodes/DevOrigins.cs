using System.Globalization;
using Weft.Chain;
using Weft.Cli.Input;
using Weft.Node.Dev;
using Weft.State.Store;

namespace Weft.Cli.Nodes;

/// <summary>Chains in memory for the dev node: the one that it has, and the one before, which calls may be reading
/// still.</summary>
internal sealed class DevOrigins(NodeSettings settings, IReadOnlyList<DevAccount> accounts) : IDevOrigins, IDisposable
{
    private readonly Queue<Opened> _opened = new();
    private volatile ForkSource? _current;

    /// <summary>A database, and what the chain in it stands on.</summary>
    private sealed record Opened(Database Database, ForkSource? Source);

    public ForkPoint? Current => _current?.Point;

    public (Database Database, ChainSpec Spec) Begin() => Add(
        null,
        DevChain.Create(accounts, settings.ChainId, settings.GasLimit, settings.Balance, NodeChain.Now));

    public (Database Database, ChainSpec Spec) Fork(Uri? url, ulong? block)
    {
        Uri asked = url ?? Current?.Url ?? throw new InvalidOperationException("no node to fork from was named");
        string number = block is { } wanted ? wanted.ToString(CultureInfo.InvariantCulture) : ForkSettings.Latest;
        return Open(new(asked, number, settings.ForkCallsPerSecond));
    }

    /// <summary>As the command line says it.</summary>
    /// <exception cref="InputException">The node cannot be asked, or does not have the block or its state.</exception>
    public (Database Database, ChainSpec Spec) Start(ForkSettings fork)
    {
        try
        {
            return Open(fork);
        }
        catch (InvalidDataException e)
        {
            throw new InputException("--fork-url", "", e.Message);
        }
    }

    public void Dispose()
    {
        while (_opened.Count > 0) CloseOldest();
    }

    private (Database Database, ChainSpec Spec) Open(ForkSettings fork)
    {
        ForkSource?[] known = [.. _opened.Select(opened => opened.Source)];
        var source = ForkSource.Open(settings, fork, accounts, known);
        return Add(source, source.Spec);
    }

    private (Database Database, ChainSpec Spec) Add(ForkSource? source, ChainSpec spec)
    {
        var database = Database.CreateTemporary(NodeChain.Tables);
        _opened.Enqueue(new(database, source));
        _current = source;
        while (_opened.Count > 2) CloseOldest();
        return (database, spec);
    }

    private void CloseOldest()
    {
        var oldest = _opened.Dequeue();
        oldest.Database.Dispose();
        // Others may stand on the same.
        if (_opened.All(other => other.Source != oldest.Source)) oldest.Source?.Dispose();
    }
}
