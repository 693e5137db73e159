using Weft.Primitives;

namespace Weft.Execution;

/// <summary>Where the contracts of the protocol are.</summary>
public static class SystemContracts
{
    /// <summary>EIP-4788.</summary>
    public static readonly Address BeaconRoots = Address.Parse("0x000f3df6d732807ef1319fb7b8bb8522d0beac02");

    /// <summary>EIP-2935.</summary>
    public static readonly Address BlockHashHistory = Address.Parse("0x0000f90827f1c53a10cb7a02335b175320002935");

    /// <summary>EIP-7002.</summary>
    public static readonly Address WithdrawalRequests = Address.Parse("0x00000961ef480eb55e80d19ad83579a64c007002");

    /// <summary>EIP-7251.</summary>
    public static readonly Address ConsolidationRequests = Address.Parse("0x0000bbddc7ce488642fb579f8b00f3a590007251");
}
