using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Declared;

/// <summary>The state after plain transfers, once all workers are done: what comes after the transactions reads it.
/// </summary>
internal sealed class TransferState(TransferWorker[] workers, IStateReader before) : IStateReader
{
    public bool TryGetAccount(in Address address, out Account account)
    {
        var state = workers[TransferWorker.OwnerOf(address, workers.Length)].State;
        account = new(state.GetNonce(address), state.GetBalance(address), state.GetCodeHash(address));
        return state.Exists(address);
    }

    public UInt256 GetStorage(in Address address, in UInt256 key) => before.GetStorage(address, key);

    public bool HasStorage(in Address address) => before.HasStorage(address);

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => before.GetCode(codeHash);
}
