using Weft.Chain;
using Weft.Primitives;
using Weft.State.Store;

namespace Weft.Node.Dev;

/// <summary>A block of another chain, on whose state a dev chain stands.</summary>
/// <param name="ChainId">The other chain's.</param>
public sealed record ForkPoint(Uri Url, ulong ChainId, ulong Number, Hash256 Hash);

/// <summary>Where a dev chain can begin anew: with nothing but its accounts, or with another chain's state. Databases
/// are its own; that of the chain before the last one is closed. One thread at a time.</summary>
public interface IDevOrigins
{
    /// <summary>Null: the chain began with nothing but its accounts. Any thread.</summary>
    ForkPoint? Current { get; }

    /// <summary>A chain with nothing but its accounts.</summary>
    (Database Database, ChainSpec Spec) Begin();

    /// <summary>A chain on the state after a block of another one. <paramref name="url"/> null: the node asked so far;
    /// <paramref name="block"/> null: its latest.</summary>
    /// <exception cref="InvalidDataException">The node cannot be asked, or does not have the block or its state: the
    /// message names it.</exception>
    (Database Database, ChainSpec Spec) Fork(Uri? url, ulong? block);
}
