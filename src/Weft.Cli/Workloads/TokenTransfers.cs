using Weft.Primitives;

namespace Weft.Cli.Workloads;

/// <summary>Tokens from one holder to another, who has none yet.</summary>
internal sealed class TokenTransfers(
    WorkloadBuilder builder, Func<int, Token> tokens, Func<int> token, Func<int> recipient) : IActivity
{
    private const ulong GasLimit = 80_000;

    public Call Next(int sender)
    {
        var traded = tokens(token());
        traded.Fund(builder.SenderAddress(sender));
        var to = WorkloadBuilder.AddressOf("recipient", recipient());
        return new(traded.Address, GasLimit, traded.Transfer(to, (ulong)builder.Random.Next(1, 1_000_000)));
    }
}
