using Weft.Primitives;

namespace Weft.Cli.Workloads;

/// <summary>Calls that pay tokens to a list of recipients each.</summary>
internal sealed class Airdrops(WorkloadBuilder builder, Func<int> list) : IActivity
{
    private const int Recipients = 20;
    private const ulong GasLimit = 50_000 + (Recipients * 40_000);

    private static readonly CompiledContract Contract = CompiledContract.Airdrop;

    private readonly Address _address = builder.Deploy(Contract, "airdrop", 0);
    private readonly Token _token = new(builder, "airdrop token", 0);

    public Call Next(int sender)
    {
        var donor = builder.SenderAddress(sender);
        _token.Fund(donor);
        _token.Approve(donor, _address);
        int number = list();
        // Token, where the list begins, amount; then the list's length and its items.
        var words = new UInt256[4 + Recipients];
        (words[0], words[1], words[2]) = (_token.Address.ToWord(), 96, (ulong)builder.Random.Next(1, 1_000_000));
        words[3] = Recipients;
        for (int i = 0; i < Recipients; i++)
            words[4 + i] = WorkloadBuilder.AddressOf($"list {number} recipient", i).ToWord();
        return new(_address, GasLimit, Contract.Encode("drop(address,address[],uint256)", words));
    }
}
