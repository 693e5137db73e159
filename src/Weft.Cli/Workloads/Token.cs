using Weft.Primitives;

namespace Weft.Cli.Workloads;

/// <summary>An ERC-20 contract in the state before the block.</summary>
internal sealed class Token(WorkloadBuilder builder, string name, int number)
{
    private static readonly CompiledContract Contract = CompiledContract.Erc20;

    private readonly HashSet<Address> _holders = [];
    private readonly HashSet<(Address Owner, Address Spender)> _approvals = [];
    private UInt256 _supply;

    public Address Address { get; } = builder.Deploy(Contract, name, number);

    /// <summary>What every holder has before the block: more than it can spend there.</summary>
    public static UInt256 Holding { get; } = (UInt256)1_000_000 * 1_000_000_000_000_000_000;

    public void Fund(in Address holder)
    {
        if (!_holders.Add(holder)) return;
        builder.State.SetStorage(Address, Contract.Entry("balanceOf", holder), Holding);
        builder.State.SetStorage(Address, Contract.Slot("totalSupply"), _supply += Holding);
    }

    /// <summary>Lets the spender take everything, for ever.</summary>
    public void Approve(in Address owner, in Address spender)
    {
        if (!_approvals.Add((owner, spender))) return;
        var slot = CompiledContract.Entry(Contract.Entry("allowance", owner), spender.ToWord());
        builder.State.SetStorage(Address, slot, UInt256.MaxValue);
    }

    public byte[] Transfer(in Address to, ulong amount) =>
        Contract.Encode("transfer(address,uint256)", to.ToWord(), amount);
}
