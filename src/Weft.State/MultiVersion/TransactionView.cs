using Weft.Primitives;

namespace Weft.State.MultiVersion;

/// <summary>
/// The state as one transaction of a block may see it: what the transactions before it have written, as far as is known
/// now. Records every read. One worker's; reused for one transaction after another.
/// </summary>
public sealed class TransactionView : IStateReader
{
    private readonly MultiVersionMemory _memory;
    private TransactionRecord _record = null!;
    private int _transaction;

    // Consecutive slots mostly belong to one account.
    private int _lastAccount = -1;

    internal TransactionView(MultiVersionMemory memory) => _memory = memory;

    internal TransactionRecord Record => _record;

    internal MultiVersionMemory Memory => _memory;

    /// <summary>The location of the slot that was read last.</summary>
    internal int LastSlot => _record.SlotReads[_record.SlotReads.Count - 1].Location;

    internal void Begin(int transaction, TransactionRecord record)
    {
        (_transaction, _record, _lastAccount) = (transaction, record, -1);
        record.Begin();
    }

    public bool TryGetAccount(in Address address, out Account account)
    {
        int location = _memory.FindAccount(address);
        bool exists = _memory.ReadAccount(location, _transaction, out account, out _);
        _record.AccountReads.Push(new() { Location = location, Existed = exists, Seen = account });
        _lastAccount = location;
        return exists;
    }

    public UInt256 GetStorage(in Address address, in UInt256 key)
    {
        int location = _memory.FindSlot(AccountLocationOf(address), key);
        var value = _memory.ReadSlot(location, _transaction);
        _record.SlotReads.Push(new() { Location = location, Seen = value });
        return value;
    }

    /// <summary>Of an account that was read before.</summary>
    public bool HasStorage(in Address address)
    {
        int location = AccountLocationOf(address);
        bool hasStorage = _memory.ReadHasStorage(location, _transaction);
        for (int i = 0; i < _record.AccountReads.Count; i++)
        {
            ref AccountRead read = ref _record.AccountReads[i];
            if (read.Location != location) continue;
            read.Observed |= Observed.Storage;
            read.HadStorage = hasStorage;
        }
        return hasStorage;
    }

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => _memory.GetCode(codeHash);

    private int AccountLocationOf(in Address address)
    {
        if (_lastAccount < 0 || !_memory.IsAccount(_lastAccount, address)) _lastAccount = _memory.FindAccount(address);
        return _lastAccount;
    }
}
