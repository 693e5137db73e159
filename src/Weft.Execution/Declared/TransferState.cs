using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Declared;

/// <summary>The state after plain transfers, once all workers are done: what comes after the transactions reads it.
/// </summary>
internal sealed class TransferState(TransferWorker[] workers, IStateReader before) : IStateReader
{
    public bool TryGetAccount(in Address address, out Account account)
    {
        var owner = workers[TransferWorker.OwnerOf(address, workers.Length)].Accounts;
        if (!owner.TryFind(address, out var found)) return before.TryGetAccount(address, out account);
        account = found.GetValueOrDefault();
        return found.HasValue;
    }

    public UInt256 GetStorage(in Address address, in UInt256 key) => before.GetStorage(address, key);

    public bool HasStorage(in Address address) => before.HasStorage(address);

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => before.GetCode(codeHash);
}
