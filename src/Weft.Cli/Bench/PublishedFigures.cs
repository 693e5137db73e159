using System.Collections.Frozen;

namespace Weft.Cli.Bench;

/// <summary>
/// Times in milliseconds that were measured before Weft was written, on 2 virtual cores of an AMD Zen 4 at about
/// 2.6 GHz: medians of nine, revm 42.0.1 in memory, anvil 1.7.1 net of RPC. On another machine or day they are scaled
/// by what anvil takes there.
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

    /// <summary>Serial revm by mainnet block: no signatures, no root, senders known, code analysed.</summary>
    public static FrozenDictionary<ulong, double> RevmBlocks { get; } = new Dictionary<ulong, double>
    {
        [12520364] = 1.74, [13217637] = 6.06, [14029313] = 6.11, [14396881] = 1.56, [15274915] = 4.08,
        [15538827] = 6.40, [17666333] = 9.33, [22546209] = 6.78, [25323281] = 65.6,
    }.ToFrozenDictionary();
}
