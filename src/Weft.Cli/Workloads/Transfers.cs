using Weft.Primitives;

namespace Weft.Cli.Workloads;

/// <summary>Wei for accounts without code that exist.</summary>
internal sealed class Transfers(WorkloadBuilder builder, Func<int> recipient) : IActivity
{
    public Call Next(int sender)
    {
        var to = WorkloadBuilder.AddressOf("recipient", recipient());
        if (!builder.State.TryGetAccount(to, out _)) builder.Fund(to);
        return new(to, 21_000, default, (UInt256)(ulong)builder.Random.Next(1, 1_000_000_000));
    }
}
