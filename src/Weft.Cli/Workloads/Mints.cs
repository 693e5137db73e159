using Weft.Primitives;

namespace Weft.Cli.Workloads;

/// <summary>Mints from collections that count their tokens.</summary>
internal sealed class Mints(WorkloadBuilder builder, Func<int> collection) : IActivity
{
    private const ulong GasLimit = 120_000;

    private static readonly byte[] Mint = CompiledContract.Nft.Encode("mint()");

    private readonly Dictionary<int, Address> _collections = [];

    public Call Next(int sender)
    {
        int number = collection();
        if (!_collections.TryGetValue(number, out var address))
            _collections.Add(number, address = builder.Deploy(CompiledContract.Nft, "collection", number));
        return new(address, GasLimit, Mint);
    }
}
