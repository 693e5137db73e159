namespace Weft.Chain.Live;

/// <summary>Puts the blocks of a request in their places: numbers and times grow, gaps are filled with empty blocks.
/// </summary>
internal static class SimulationPlan
{
    /// <summary>Seconds to the next block where nothing else is asked for.</summary>
    private const ulong SecondsPerBlock = 12;

    /// <exception cref="SimulationException">The places contradict each other.</exception>
    public static List<SimulatedBlockRequest> Create(
        IReadOnlyList<SimulatedBlockRequest> blocks, ulong baseNumber, ulong baseTime, int blocksMax)
    {
        var plan = new List<SimulatedBlockRequest>();
        ulong number = baseNumber, time = baseTime;
        foreach (var block in blocks)
        {
            var overrides = block.Block ?? new();
            ulong wanted = overrides.Number ?? number + 1;
            if (wanted <= number)
                throw new SimulationException(
                    SimulationError.BlockNumber, $"block numbers must be in order: {wanted} <= {number}");
            if (wanted - baseNumber > (ulong)blocksMax)
                throw new SimulationException(SimulationError.TooManyBlocks, "too many blocks");
            while (number + 1 < wanted)
                plan.Add(new() { Block = new() { Number = ++number, Timestamp = time += SecondsPerBlock } });
            ulong wantedTime = overrides.Timestamp ?? time + SecondsPerBlock;
            if (wantedTime <= time)
                throw new SimulationException(
                    SimulationError.BlockTime, $"block timestamps must be in order: {wantedTime} <= {time}");
            (number, time) = (wanted, wantedTime);
            plan.Add(block with { Block = overrides with { Number = number, Timestamp = time } });
        }
        return plan;
    }
}

/// <summary>Codes of execution-apis for eth_simulateV1.</summary>
internal static class SimulationError
{
    public const int NonceTooLow = -38010, NonceTooHigh = -38011, FeeCapTooLow = -38012, IntrinsicGas = -38013,
        InsufficientFunds = -38014, BlockGasLimit = -38015, BlockNumber = -38020, BlockTime = -38021,
        SenderHasCode = -38024, InitCodeTooLarge = -38025, TooManyBlocks = -38026, InvalidParams = -32602,
        Internal = -32603, Other = -32000;
}

/// <summary>Ends a simulation; caught by the simulator.</summary>
internal sealed class SimulationException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}
