using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Store;
using Weft.State.Trie;

namespace Weft.Chain.Live;

/// <summary>
/// The state after a block and the chain below it, as they were when the snapshot was opened, whatever the chain does
/// meanwhile. Any thread, until it is disposed; one that is held for too long is void and throws
/// <see cref="SnapshotExpiredException"/>.
/// </summary>
public sealed class ChainSnapshot : IStateView, IBlockHashes, IDisposable
{
    private readonly SnapshotSet _owner;
    private readonly StateSnapshot _head;
    private readonly ChainStore _blocks;
    private readonly IStateView _state;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _undo;
    private readonly bool _isPending;
    private readonly Lock _gate = new();
    private UndoneTries? _undone;
    private int _isDisposed;

    /// <summary><paramref name="head"/> is the state after the block <paramref name="headNumber"/>.
    /// <paramref name="undo"/> begins with the block after this one; empty for the head.
    /// <paramref name="pending"/>: the changes of a block on the head.</summary>
    internal ChainSnapshot(
        SnapshotSet owner, StateSnapshot head, ulong headNumber, ChainSpec spec, ChainStore blocks, BlockHeader header,
        in Hash256 stateRoot, IReadOnlyList<ReadOnlyMemory<byte>> undo, StateChanges? pending)
    {
        (_owner, _head, _blocks, Spec) = (owner, head, blocks, spec);
        (Header, StateRoot, _undo) = (header, stateRoot, undo);
        _isPending = pending is not null;
        IStateView whole = blocks.Origin?.Over(head, headNumber) ?? head;
        _state = undo.Count > 0 ? new HistoricalState(whole, undo) : whole;
        if (pending is null) return;
        var overlay = new StateOverlay(whole);
        overlay.Apply(pending);
        _state = overlay;
    }

    /// <summary>What the chain is: whoever executes on this state goes by it.</summary>
    public ChainSpec Spec { get; }

    /// <summary>The block whose state this is.</summary>
    public BlockHeader Header { get; }

    /// <summary>That of its tries: the header's, unless the state was edited by hand.</summary>
    public Hash256 StateRoot { get; }

    /// <summary>When it was opened, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    internal long OpenedAt { get; } = Environment.TickCount64;

    /// <summary>The tries of that state, for proofs: made by undoing when first asked for.</summary>
    /// <exception cref="InvalidOperationException">Of a pending block.</exception>
    public INodeReader Nodes
    {
        get
        {
            if (_isPending) throw new InvalidOperationException("a pending block has no tries yet");
            if (_undo.Count == 0) return _head;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
                return _undone ??= new(_head, _undo.Reverse(), StateRoot);
            }
        }
    }

    public bool TryGetAccount(in Address address, out Account account) => _state.TryGetAccount(address, out account);

    public UInt256 GetStorage(in Address address, in UInt256 key) => _state.GetStorage(address, key);

    public bool HasStorage(in Address address) => _state.HasStorage(address);

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => _state.GetCode(codeHash);

    public IEnumerable<KeyValuePair<UInt256, UInt256>> GetSlots(Address address) => _state.GetSlots(address);

    /// <summary>All accounts of the state at the head.</summary>
    /// <exception cref="InvalidOperationException">Of another block: these are not listed.</exception>
    public IEnumerable<KeyValuePair<Address, Account>> GetAccounts() => _undo.Count == 0 && !_isPending
        ? _head.GetAccounts()
        : throw new InvalidOperationException("only the state at the head lists its accounts");

    /// <summary>Hashes of the chain that ends with the block; zero above it.</summary>
    public Hash256 GetBlockHash(ulong number)
    {
        if (number > Header.Number) return default;
        if (number == Header.Number) return Header.Hash;
        if (number + 1 == Header.Number) return Header.ParentHash;
        return _head.Read(transaction => _blocks.ReadCanonicalHash(transaction, number))
            ?? _blocks.Origin?.GetBlockHash(number) ?? default;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        _owner.Remove(this);
        _head.Dispose();
        lock (_gate) _undone?.Dispose();
    }

    /// <summary>Its time is over; whoever holds it disposes it nevertheless.</summary>
    internal void Expire() => _head.Expire();
}
