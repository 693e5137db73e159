using Weft.Primitives;

namespace Weft.State.Store;

/// <summary>The changes of one or more blocks, one after another, above a state. Safe for concurrent readers while
/// nobody applies.</summary>
internal sealed class ChangeLayer
{
    /// <summary>Slots of an account. When cleared, all others are zero, whatever lies below.</summary>
    internal sealed class StorageChange(Dictionary<UInt256, UInt256> slots)
    {
        /// <summary>The slots came with a block's changes, which stay as they are.</summary>
        private bool _isShared = true;

        public bool IsCleared { get; private set; }

        public Dictionary<UInt256, UInt256> Slots { get; private set; } = slots;

        public void Clear()
        {
            IsCleared = true;
            Slots = [];
            _isShared = false;
        }

        public void Merge(Dictionary<UInt256, UInt256> later)
        {
            if (_isShared) Slots = new(Slots);
            _isShared = false;
            foreach (var (key, value) in later) Slots[key] = value;
        }
    }

    private static readonly Dictionary<UInt256, UInt256> NoSlots = [];

    public Dictionary<Address, Account?> Accounts { get; } = [];

    public Dictionary<Address, StorageChange> Storage { get; } = [];

    public Dictionary<Hash256, ReadOnlyMemory<byte>> Code { get; } = [];

    public bool IsEmpty => Accounts.Count == 0 && Storage.Count == 0 && Code.Count == 0;

    /// <summary>Clears, then accounts, then slots. An account that is deleted loses its storage.</summary>
    public void Apply(StateChanges changes)
    {
        foreach (var (hash, code) in changes.Code) Code[hash] = code;
        foreach (var address in changes.ClearedStorage) ClearStorage(address);
        foreach (var (address, account) in changes.Accounts)
        {
            if (account is null) ClearStorage(address);
            Accounts[address] = account;
        }
        foreach (var (address, slots) in changes.Storage)
        {
            if (Storage.TryGetValue(address, out var change)) change.Merge(slots);
            else Storage.Add(address, new(slots));
        }
    }

    /// <summary>False when the layer does not know; zero is knowledge.</summary>
    public bool TryGetStorage(in Address address, in UInt256 key, out UInt256 value)
    {
        value = default;
        return Storage.TryGetValue(address, out var change)
            && (change.Slots.TryGetValue(key, out value) || change.IsCleared);
    }

    private void ClearStorage(in Address address)
    {
        if (!Storage.TryGetValue(address, out var change)) Storage.Add(address, change = new(NoSlots));
        change.Clear();
    }
}
