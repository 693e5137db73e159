using Weft.Primitives;

namespace Weft.Cli.Workloads;

/// <summary>Long computations that begin with the last result under a key.</summary>
internal sealed class Computations(WorkloadBuilder builder, Func<int> key) : IActivity
{
    private const ulong GasLimit = 450_000;

    /// <summary>Makes about 375,000 gas, as in the published figures.</summary>
    private const ulong Rounds = 1_840;

    private static readonly CompiledContract Contract = CompiledContract.Heavy;

    private readonly Address _address = builder.Deploy(Contract, "heavy", 0);

    public Call Next(int sender)
    {
        int number = key();
        var slot = CompiledContract.Entry(Contract.Slot("results"), (ulong)number);
        builder.State.SetStorage(_address, slot, WorkloadBuilder.HashOf($"result {number}").ToWord());
        return new(_address, GasLimit, Contract.Encode(
            "compute(uint256,uint256,uint256)", (ulong)number, (ulong)builder.Random.NextInt64(), Rounds));
    }
}
