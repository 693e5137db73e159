using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Chain;

/// <summary>Makes block 0 from what a genesis file gives.</summary>
public static class GenesisBuilder
{
    /// <summary>EIP-1559: wei per gas where a genesis file names none.</summary>
    private const ulong InitialBaseFee = 1_000_000_000;

    /// <summary>Completes <paramref name="given"/> with the state root and with the fields that every block of
    /// <paramref name="fork"/> has; fields of later forks are left out.</summary>
    public static Genesis Create(BlockHeader given, Fork fork, StateChanges state) => new(
        given with
        {
            StateRoot = ComputeRoot(state),
            BaseFeePerGas = fork >= Fork.London ? given.BaseFeePerGas ?? InitialBaseFee : null,
            WithdrawalsRoot = fork >= Fork.Shanghai ? Hash256.OfEmptyTrie : null,
            BlobGasUsed = fork >= Fork.Cancun ? given.BlobGasUsed ?? 0 : null,
            ExcessBlobGas = fork >= Fork.Cancun ? given.ExcessBlobGas ?? 0 : null,
            ParentBeaconBlockRoot = fork >= Fork.Cancun ? Hash256.Zero : null,
            RequestsHash = fork >= Fork.Prague ? Requests.ComputeHash([]) : null,
        },
        state);

    private static Hash256 ComputeRoot(StateChanges state)
    {
        var memory = new InMemoryState();
        memory.Apply(state);
        return memory.ComputeRoot();
    }
}
