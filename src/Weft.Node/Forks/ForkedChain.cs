using Weft.Chain;
using Weft.Evm;
using Weft.Execution;
using Weft.Node.Dev;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Node.Forks;

/// <summary>The dev chain on another chain's state. Its genesis stands for the other chain's block: it has that block's
/// number, time and fees, but a hash of its own, for its state root is that of what differs from the origin: funded
/// accounts and, later, what blocks changed. Nobody who does not hold the whole state could know another one.</summary>
public static class ForkedChain
{
    /// <param name="block">Of the other chain. Its roots do not matter.</param>
    /// <param name="rules">From the next block on.</param>
    /// <param name="accounts">Each gets so much ether; nonce and code are as they are there.</param>
    /// <exception cref="InvalidDataException">The origin cannot be read.</exception>
    public static ChainSpec Create(
        RemoteState origin, BlockHeader block, ulong chainId, ForkRules rules, IReadOnlyList<DevAccount> accounts,
        ulong ether = DevChain.DefaultBalance)
    {
        var state = new StateChanges();
        origin.Load([.. accounts.Select(account => account.Address), .. DevChain.Contracts.Keys], []);
        foreach (DevAccount account in accounts)
        {
            origin.TryGetAccount(account.Address, out Account before);
            state.Accounts[account.Address] = new(
                before.Nonce, DevChain.ToWei(ether),
                before.CodeHash == default ? Hash256.OfEmptyCode : before.CodeHash);
        }
        // Where the other chain lacks the contracts of the protocol, no block could end (EIP-7002, EIP-7251).
        foreach (var (address, code) in DevChain.Contracts)
        {
            if (origin.TryGetAccount(address, out Account there) && there.CodeHash != Hash256.OfEmptyCode) continue;
            Hash256 hash = Keccak.Hash(code);
            state.Code[hash] = code;
            state.Accounts[address] = new(Math.Max(1, there.Nonce), there.Balance, hash);
        }
        var header = new BlockHeader
        {
            ParentHash = block.ParentHash, Number = block.Number, Timestamp = block.Timestamp,
            Beneficiary = block.Beneficiary, GasLimit = block.GasLimit, GasUsed = block.GasUsed,
            MixHash = block.MixHash, BaseFeePerGas = block.BaseFeePerGas, BlobGasUsed = block.BlobGasUsed,
            ExcessBlobGas = block.ExcessBlobGas,
        };
        return new(
            "dev", new ForkSchedule(chainId, [new ForkActivation(rules with { SenderMayHaveCode = true }, 0, 0)]),
            GenesisBuilder.Create(header, rules.Fork, state))
        {
            IsDevelopment = true, Origin = origin,
        };
    }
}
