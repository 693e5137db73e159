using Weft.Execution;
using Weft.Primitives;

namespace Weft.Chain;

/// <summary>A public chain without its genesis state, which is too large for code: give that to
/// <see cref="With"/>.</summary>
public sealed record Network(string Name, ForkSchedule Forks, Hash256 GenesisHash, Address DepositContract)
{
    public static Network Mainnet { get; } = new(
        "mainnet", ForkSchedule.Mainnet,
        Hash256.Parse("0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"),
        Address.Parse("0x00000000219ab540356cbb839cbe05303d7705fa"));

    public static Network Sepolia { get; } = new(
        "sepolia", ForkSchedule.Sepolia,
        Hash256.Parse("0x25a5cc106eea7138acab33231d7160d69cb777ee0c2c553fcddf5138993e6dd9"),
        Address.Parse("0x7f02c3e3c98b133055b8b348b2ac625669ed295d"));

    public static Network Holesky { get; } = new(
        "holesky", ForkSchedule.Holesky,
        Hash256.Parse("0xb5f7f912443c940f21fd611f12828d75b534364ed9e95ca4e307729a4661bde4"),
        Address.Parse("0x4242424242424242424242424242424242424242"));

    public static Network Hoodi { get; } = new(
        "hoodi", ForkSchedule.Hoodi,
        Hash256.Parse("0xbbe312868b376a3001692a646dd2d7d1e4406380dfd86b98aa8a34d1557c971b"),
        Address.Parse("0x00000000219ab540356cbb839cbe05303d7705fa"));

    public static IReadOnlyList<Network> All { get; } = [Mainnet, Sepolia, Holesky, Hoodi];

    /// <summary>The chain with its genesis.</summary>
    /// <exception cref="ChainMismatchException">It is another chain's genesis.</exception>
    public ChainSpec With(Genesis genesis) => genesis.Header.Hash == GenesisHash
        ? new(Name, Forks, genesis, DepositContract)
        : throw new ChainMismatchException($"{Name} begins with {GenesisHash}, not with {genesis.Header.Hash}");
}
