using Weft.State.Trie;
using Weft.Primitives;

namespace Weft.State.Store;

/// <summary>
/// The state at the head: what the database holds, what was applied since and waits to be written, and an off-heap cache
/// in front of both. Reads are safe for concurrent readers while nobody applies. Flat state and nodes are applied
/// independently, for the root of a block is computed while the next one executes.
/// </summary>
public sealed class StateStore : IStateView, INodeReader, IDisposable
{
    /// <summary>The tables of the state, for <see cref="Database.Open"/>.</summary>
    public static IReadOnlyList<string> TableNames => throw new NotSupportedException();

    public StateStore(Database database, long cacheBytes) => throw new NotSupportedException($"{database} {cacheBytes}");

    // ---- Reading: cache, then what waits, then the database ----

    public bool TryGetAccount(in Address address, out Account account) => throw new NotSupportedException();

    public UInt256 GetStorage(in Address address, in UInt256 key) => throw new NotSupportedException();

    public bool HasStorage(in Address address) => throw new NotSupportedException();

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => throw new NotSupportedException();

    public IEnumerable<KeyValuePair<UInt256, UInt256>> GetSlots(Address address) => throw new NotSupportedException();

    public int ReadNode(in NodeKey key, Span<byte> destination) => throw new NotSupportedException();

    // ---- Moving on ----

    /// <summary>The state moves over a block. <paramref name="changes"/> must not change afterwards.</summary>
    public void Apply(StateChanges changes) => throw new NotSupportedException();

    /// <summary>The tries move over a block; takes the records over.</summary>
    public void Apply(NodeSet nodes) => throw new NotSupportedException();

    /// <summary>What was applied since the last call, to be written with <see cref="Write"/>. The state and the tries
    /// must be at the same block.</summary>
    public PendingState Seal() => throw new NotSupportedException();

    /// <summary>Writes what was sealed. On any thread while others read.</summary>
    public void Write(PendingState pending, WriteTransaction transaction) => throw new NotSupportedException();

    /// <summary>The transaction was committed: what was sealed is in the database now. Between blocks only.</summary>
    public void Committed(PendingState pending) => throw new NotSupportedException();

    /// <summary>Back to what the database holds. Nobody may read meanwhile.</summary>
    public void Discard() => throw new NotSupportedException();

    public void Dispose() => throw new NotSupportedException();
}

/// <summary>Changes of one or more blocks on their way to the database.</summary>
public sealed class PendingState;
