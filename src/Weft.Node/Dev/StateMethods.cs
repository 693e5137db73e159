using Weft.Chain.Dev;
using Weft.Node.Eth;
using Weft.Node.Rpc;
using Weft.Primitives;

namespace Weft.Node.Dev;

/// <summary>Methods that edit the state at the head, and go back to an earlier one.</summary>
internal sealed class StateMethods(DevState state, ChainReader reader, DevSigner signer)
{
    public void AddTo(RpcMethods methods)
    {
        methods.AddCommand(
            call => state.SetBalance(call.Params.Address(0), call.Params.Get(1, ValueReader.LenientQuantity)),
            "anvil_setBalance", "hardhat_setBalance", "evm_setAccountBalance");
        methods.AddCommand(
            call => state.AddBalance(call.Params.Address(0), call.Params.Get(1, ValueReader.LenientQuantity)),
            "anvil_addBalance", "hardhat_addBalance");
        methods.AddCommand(
            call => state.Rollback(call.Params.Find(0, ValueReader.LenientQuantity64) ?? 1), "anvil_rollback");
        methods.AddCommand(
            call => state.SetNonce(call.Params.Address(0), call.Params.Get(1, ReadNonce)),
            "anvil_setNonce", "hardhat_setNonce", "evm_setAccountNonce");
        methods.AddCommand(
            call => state.SetCode(call.Params.Address(0), call.Params.Data(1)),
            "anvil_setCode", "hardhat_setCode", "evm_setAccountCode");
        AddSetStorage(methods, "anvil_setStorageAt", "hardhat_setStorageAt", "evm_setAccountStorageAt");
        AddImpersonation(methods);
        methods.AddQuery(
            call => call.Result.WriteQuantityValue(state.TakeSnapshot()), "evm_snapshot", "anvil_snapshot");
        methods.AddQuery(
            call => call.Result.WriteBooleanValue(state.Revert(call.Params.Get(0, ValueReader.LenientQuantity64))),
            "evm_revert", "anvil_revert");
        methods.AddQuery(Dump, "anvil_dumpState", "hardhat_dumpState");
        methods.AddQuery(Load, "anvil_loadState", "hardhat_loadState");
    }

    private void AddSetStorage(RpcMethods methods, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            methods.AddHeavy(name, call =>
            {
                state.SetStorage(
                    call.Params.Address(0), call.Params.Get(1, ValueReader.LenientQuantity),
                    call.Params.Get(2, ValueReader.StorageKey));
                call.Result.WriteBooleanValue(true);
            });
        }
    }

    private void AddImpersonation(RpcMethods methods)
    {
        methods.AddCommand(
            call => signer.Impersonate(call.Params.Address(0)),
            "anvil_impersonateAccount", "hardhat_impersonateAccount");
        methods.AddCommand(
            call => signer.StopImpersonating(call.Params.Address(0)),
            "anvil_stopImpersonatingAccount", "hardhat_stopImpersonatingAccount");
        methods.AddCommand(
            call => signer.ImpersonatesAll = call.Params.Boolean(0), "anvil_autoImpersonateAccount");
    }

    private void Dump(RpcCall call)
    {
        using var snapshot = reader.OpenSnapshot(BlockId.Latest);
        call.Result.WriteDataValue(StateDump.Write(snapshot, call.Cancellation));
    }

    private void Load(RpcCall call)
    {
        state.Load(call.Params.Get(0, json => StateDump.Read(ValueReader.Data(json))));
        call.Result.WriteBooleanValue(true);
    }

    /// <summary>EIP-2681.</summary>
    private static ulong ReadNonce(System.Text.Json.JsonElement json) =>
        ValueReader.LenientQuantity64(json) is < ulong.MaxValue and var nonce
            ? nonce
            : throw new FormatException("nonce has max value");
}
