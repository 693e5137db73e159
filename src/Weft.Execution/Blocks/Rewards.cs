using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Execution.Blocks;

/// <summary>
/// Wei that come into being with a block: rewards for work (Yellow Paper 11.3) and withdrawals (EIP-4895).
/// </summary>
internal static class Rewards
{
    private const ulong WeiPerGwei = 1_000_000_000;

    /// <summary>How much older an ommer can be than the block that names it and still earn something.</summary>
    private const ulong MaxOmmerDepth = 7;

    /// <summary>False when an ommer is not one to seven blocks older than the block, or after Paris.</summary>
    public static bool TryPay(Block block, ForkRules rules, WorldState state)
    {
        if (rules.BlockReward == 0) return block.Ommers.Count == 0;
        foreach (BlockHeader ommer in block.Ommers)
            if (block.Header.Number - ommer.Number is 0 or > MaxOmmerDepth) return false;
        state.BeginTransaction();
        UInt256 reward = rules.BlockReward;
        state.AddBalance(block.Header.Beneficiary, reward + (ulong)block.Ommers.Count * (rules.BlockReward / 32));
        foreach (BlockHeader ommer in block.Ommers)
        {
            ulong depth = block.Header.Number - ommer.Number;
            state.AddBalance(ommer.Beneficiary, (8 - depth) * reward / (UInt256)8);
        }
        state.EndTransaction(rules.ClearsEmptyAccounts);
        return true;
    }

    /// <summary>A withdrawal of nothing touches its account, which does not come to exist by that.</summary>
    public static void PayWithdrawals(IReadOnlyList<Withdrawal> withdrawals, WorldState state)
    {
        state.BeginTransaction();
        foreach (Withdrawal withdrawal in withdrawals)
            state.AddBalance(withdrawal.Address, (UInt256)withdrawal.AmountGwei * WeiPerGwei);
        state.EndTransaction(clearEmpty: true);
    }
}
