using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Live;

/// <summary>Blocks to simulate on top of each other (eth_simulateV1).</summary>
public sealed record SimulationRequest
{
    public required IReadOnlyList<SimulatedBlockRequest> Blocks { get; init; }

    /// <summary>Nonces, balances and fees are looked at as in real blocks.</summary>
    public bool Validates { get; init; }

    /// <summary>Transfers of wei are logs, too, of the address 0xeeee… (as of an ERC-20 token).</summary>
    public bool TracesTransfers { get; init; }
}

public sealed record SimulatedBlockRequest
{
    public BlockOverrides? Block { get; init; }
    public IReadOnlyDictionary<Address, AccountOverride>? State { get; init; }
    public IReadOnlyList<CallRequest> Calls { get; init; } = [];
}

/// <summary>A simulated block with a whole header; gaps between numbers are filled with empty blocks.</summary>
public sealed record SimulatedBlock(Block Block, IReadOnlyList<SimulatedCall> Calls);

/// <summary>A call of a simulated block. Logs include transfers of wei where these were asked for.</summary>
public sealed record SimulatedCall(
    Transaction Transaction, Halt Halt, ReadOnlyMemory<byte> Output, ulong GasUsed, ulong GasUsedMax,
    IReadOnlyList<LogEntry> Logs)
{
    public bool Succeeded => Halt == Halt.Success;

    /// <summary>The index in the block of each of <see cref="Logs"/>. Clients count logs that were reverted, too.
    /// </summary>
    public IReadOnlyList<int> LogIndexes { get; init; } = [];

    /// <summary>Null where it succeeded.</summary>
    public string? Message { get; init; }
}

/// <summary>The blocks; or why the request makes no sense, with the code that execution-apis gives the reason.
/// </summary>
public sealed record SimulationResult(IReadOnlyList<SimulatedBlock> Blocks)
{
    /// <summary>E.g. -38010 nonce too low; 0 where all is well.</summary>
    public int ErrorCode { get; init; }
    public string? Message { get; init; }
}
