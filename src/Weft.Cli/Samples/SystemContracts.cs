using Weft.Primitives;
using Weft.State;

namespace Weft.Cli.Samples;

/// <summary>The contracts that blocks from Prague on cannot do without, in states of our own making.</summary>
internal static class SystemContracts
{
    /// <summary>Stops, so there are never requests.</summary>
    private static readonly byte[] Silent = [0x00];

    /// <summary>EIP-7002: withdrawals, EIP-7251: consolidations.</summary>
    private static readonly Address[] Addresses =
    [
        Address.Parse("0x00000961ef480eb55e80d19ad83579a64c007002"),
        Address.Parse("0x0000bbddc7ce488642fb579f8b00f3a590007251"),
    ];

    public static void AddTo(InMemoryState state)
    {
        foreach (var address in Addresses)
            state.SetAccount(address, new Account(1, UInt256.Zero, state.AddCode(Silent)));
    }
}
