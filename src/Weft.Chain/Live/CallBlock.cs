using Weft.Evm;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Live;

/// <summary>Calls as the transactions of a block, to find out what they would do to each other.</summary>
public static class CallBlock
{
    /// <summary>Gas of all calls together: what a few blocks hold.</summary>
    public const ulong GasMax = 100_000_000;

    /// <summary>A block of calls in their order upon a state. Nobody pays for gas, and nobody has signed: nonces are
    /// the next ones of the senders. A call without sender gets one of its own. Calls that name no gas share what the
    /// others leave of <see cref="GasMax"/>.</summary>
    /// <exception cref="ArgumentException">The calls ask for more gas than that, or contradict themselves.</exception>
    public static RuledBlock Create(ChainSpec spec, ChainSnapshot state, IReadOnlyList<CallRequest> calls)
    {
        ForkRules rules = CallExecutor.RulesOf(spec, state.Header).OfTransactionsAlone();
        ulong gas = ShareOfGas(calls, rules);
        var nonces = new Dictionary<Address, ulong>();
        var transactions = new Transaction[calls.Count];
        for (int i = 0; i < transactions.Length; i++)
        {
            Address sender = calls[i].From == Address.Zero ? SenderOf(i) : calls[i].From;
            if (!nonces.TryGetValue(sender, out ulong nonce))
                nonce = state.TryGetAccount(sender, out var account) ? account.Nonce : 0;
            nonces[sender] = nonce + 1;
            transactions[i] = CallTransactions.Create(
                WithoutPrices(calls[i] with { From = sender }, rules), nonce, Math.Min(calls[i].Gas ?? gas, GasMax),
                spec.Forks.ChainId);
        }
        BlockHeader parent = state.Header;
        var header = parent with
        {
            ParentHash = parent.Hash, Number = parent.Number + 1, GasLimit = GasMax,
            BaseFeePerGas = parent.BaseFeePerGas is null ? null : UInt256.Zero,
        };
        var block = new Block(header, transactions, [], header.WithdrawalsRoot is null ? null : []);
        return new(new(block, state, state), rules, spec.Forks.ChainId, spec.DepositContract);
    }

    private static ulong ShareOfGas(IReadOnlyList<CallRequest> calls, ForkRules rules)
    {
        UInt256 named = UInt256.Zero;
        ulong unnamed = 0;
        foreach (var call in calls)
        {
            if (call.Gas is { } gas) named += gas;
            else unnamed++;
        }
        if (named > GasMax)
            throw new ArgumentException($"the calls ask for {named} gas, at most {GasMax} together", nameof(calls));
        return unnamed == 0 ? 0 : Math.Min((GasMax - named.U0) / unnamed, rules.MaxTransactionGas);
    }

    private static CallRequest WithoutPrices(CallRequest call, ForkRules rules) => call with
    {
        // A plain price keeps the type low, for forks that know no other.
        GasPrice = rules.Fork < Fork.London ? UInt256.Zero : null, MaxFeePerGas = null, MaxPriorityFeePerGas = null,
    };

    private static Address SenderOf(int index) => new(Keccak.Hash(BitConverter.GetBytes(index)).Bytes[12..]);
}
