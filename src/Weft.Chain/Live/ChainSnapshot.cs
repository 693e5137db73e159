using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Chain.Live;

/// <summary>
/// The state after a block and the chain below it, as they were when the snapshot was opened, whatever the chain does
/// meanwhile. Any thread, until it is disposed.
/// </summary>
public sealed class ChainSnapshot : IStateView, IBlockHashes, IDisposable
{
    /// <summary>The block whose state this is.</summary>
    public BlockHeader Header => throw new InvalidOperationException("not yet");

    /// <summary>The tries of that state, for proofs: made by undoing when first asked for.</summary>
    /// <exception cref="InvalidOperationException">Of a pending block.</exception>
    public INodeReader Nodes => throw new InvalidOperationException("not yet");

    public bool TryGetAccount(in Address address, out Account account) => throw new InvalidOperationException("not yet");
    public UInt256 GetStorage(in Address address, in UInt256 key) => throw new InvalidOperationException("not yet");
    public bool HasStorage(in Address address) => throw new InvalidOperationException("not yet");
    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => throw new InvalidOperationException("not yet");
    public IEnumerable<KeyValuePair<UInt256, UInt256>> GetSlots(Address address) => throw new InvalidOperationException("not yet");

    /// <summary>Hashes of the chain that ends with the block.</summary>
    public Hash256 GetBlockHash(ulong number) => throw new InvalidOperationException("not yet");

    public void Dispose()
    {
    }
}
