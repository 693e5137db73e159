using System.Collections.Frozen;

namespace Weft.Cli.Bench;

/// <summary>
/// Times in milliseconds that were measured before Weft was written, on 2 virtual cores of an AMD Zen 4 at about
/// 2.6 GHz: medians of nine, revm 42.0.1 and pevm (on revm 38) in memory, anvil 1.7.1 net of RPC. On another machine or
/// day they are scaled by what anvil takes there.
/// </summary>
internal static class PublishedFigures
{
    /// <summary>eth_call of anvil, by program.</summary>
    public static FrozenDictionary<string, double> AnvilPrograms { get; } = new Dictionary<string, double>
    {
        ["arith_add_mul_mod"] = 86.5, ["arith_mulmod"] = 201.1, ["arith_div"] = 115.6, ["keccak32_loop"] = 79.3,
        ["keccak_1k_loop"] = 176.0, ["sload_warm16"] = 31.6, ["sstore_sload_warm16"] = 77.0, ["sload_cold"] = 5.5,
        ["sstore_cold_new"] = 6.6, ["mstore_mload"] = 50.1, ["call_loop"] = 36.8, ["fibonacci"] = 58.8,
        ["factorial"] = 61.1, ["hash_10k"] = 4.9, ["snailtracer"] = 96.2, ["erc20_transfer"] = 8.9, ["burntpix"] = 89.3,
        ["eb_blake2b_shifts"] = 16.0, ["eb_sha1_divs"] = 5.3, ["eb_sha1_shifts"] = 5.7,
        ["eb_loop_with_many_jumpdests"] = 24.7, ["erc20_call_loop"] = 64.3,
    }.ToFrozenDictionary();

    /// <summary>Mainnet blocks by number: no signatures, no root, senders known, code analysed.</summary>
    public static FrozenDictionary<ulong, PublishedBlock> Blocks { get; } = new Dictionary<ulong, PublishedBlock>
    {
        [12520364] = new(1.74, 3.30), [13217637] = new(6.06, 8.05), [14029313] = new(6.11, 7.69),
        [14396881] = new(1.56, 5.09), [15274915] = new(4.08, 7.70), [15538827] = new(6.40, 10.1),
        [17666333] = new(9.33, 8.14), [22546209] = new(6.78, 9.05), [25323281] = new(65.6, 51.2),
    }.ToFrozenDictionary();

    /// <summary>Generated blocks by workload, with the number of transactions that they had.</summary>
    public static FrozenDictionary<string, (int Transactions, PublishedBlock Block)> Workloads { get; } =
        new Dictionary<string, (int, PublishedBlock)>
        {
            ["transfers-disjoint"] = (10_000, new(10.6, 37.1)),
            ["transfers-one-recipient"] = (10_000, new(6.5, 43.7)),
            ["erc20-disjoint"] = (5_000, new(15.3, 22.2)),
            ["erc20-one-recipient"] = (5_000, new(16.0, 28.0)),
            ["swaps-2000"] = (2_000, new(51.0, 35.0)),
            ["swaps-64"] = (2_000, new(29.8, 29.2)),
            ["swaps-1"] = (2_000, new(30.1, 55.8)),
            ["heavy"] = (200, new(81.2, 44.0, IsOtherContract: true)),
        }.ToFrozenDictionary();
}

/// <summary>Milliseconds of a block: serial revm, and pevm with 2 threads.</summary>
/// <param name="IsOtherContract">As many transactions and as much gas, but other instructions than ours: comparable
/// only by what one of our transactions takes on anvil.</param>
internal sealed record PublishedBlock(double Revm, double Pevm, bool IsOtherContract = false)
{
    public PublishedBlock Scaled(double factor) => this with { Revm = Revm * factor, Pevm = Pevm * factor };
}
