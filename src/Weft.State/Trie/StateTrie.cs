using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>
/// Computes the root of a state from its changes (Yellow Paper 4.1, appendix D): a function from the nodes before and
/// the changes to the root and the nodes after. Holds threads and buffers, no state. One update at a time.
/// </summary>
public sealed class StateTrie(int threads) : IDisposable
{
    /// <summary>The root after <paramref name="changes"/>. Every record that changed goes to
    /// <paramref name="output"/>, which is cleared first; <paramref name="nodes"/> stays as it is.</summary>
    /// <exception cref="InvalidDataException"><paramref name="nodes"/> lacks what is needed.</exception>
    public Hash256 Update(INodeReader nodes, StateChanges changes, NodeSet output) =>
        throw new NotSupportedException($"{threads}");

    public void Dispose() => throw new NotSupportedException();
}
