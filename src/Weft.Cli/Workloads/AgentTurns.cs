using System.Text;
using Weft.Primitives;

namespace Weft.Cli.Workloads;

/// <summary>Agents that post, follow and pay. Agent 0 of those who are followed and paid is the celebrity.</summary>
internal sealed class AgentTurns(WorkloadBuilder builder, Func<int> other) : IActivity
{
    private const ulong GasLimit = 150_000;

    private static readonly CompiledContract Contract = CompiledContract.Agents;
    private static readonly UInt256 Credit = 1_000_000_000_000_000_000;

    private readonly Address _agents = Deploy(builder);
    private readonly HashSet<Address> _paying = [];

    public Call Next(int sender)
    {
        int number = other();
        var random = builder.Random;
        if (number != 0 && random.Next(5) < 2) return new(_agents, GasLimit, Post(random.Next()));
        var agent = WorkloadBuilder.AddressOf("agent", number).ToWord();
        if (random.Next(2) == 0) return new(_agents, GasLimit, Contract.Encode("follow(address)", agent));
        Fund(builder.SenderAddress(sender));
        return new(
            _agents, GasLimit, Contract.Encode("pay(address,uint256)", agent, (ulong)random.Next(1, 1_000_000)));
    }

    /// <summary>The account holds the wei for which it has given credit: all that there are.</summary>
    private static Address Deploy(WorkloadBuilder builder)
    {
        var address = builder.Deploy(Contract, "agents", 0);
        builder.State.TryGetAccount(address, out var account);
        builder.State.SetAccount(address, account with { Balance = Credit * (ulong)Workload.TransactionsMax });
        return address;
    }

    private void Fund(in Address agent)
    {
        if (_paying.Add(agent)) builder.State.SetStorage(_agents, Contract.Entry("credit", agent), Credit);
    }

    private static byte[] Post(int mood)
    {
        byte[] text = Encoding.ASCII.GetBytes($"I have looked into it: {mood}.");
        // bytes: where they begin, how many they are, and they.
        var words = new UInt256[2 + ((text.Length + 31) / 32)];
        (words[0], words[1]) = (32, (ulong)text.Length);
        Array.Resize(ref text, 32 * (words.Length - 2));
        for (int i = 2; i < words.Length; i++) words[i] = UInt256.FromBigEndian(text.AsSpan(32 * (i - 2), 32));
        return Contract.Encode("post(bytes)", words);
    }
}
