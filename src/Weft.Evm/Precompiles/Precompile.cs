namespace Weft.Evm.Precompiles;

/// <summary>
/// A contract that lives in the client (Yellow Paper, appendix E). Stateless and shared by threads. A call is:
/// charge <see cref="Gas"/>, reserve <see cref="MaxOutputLength"/>, <see cref="Run"/>.
/// </summary>
public abstract class Precompile
{
    /// <summary>The name in eth_config (EIP-7910): ECREC, SHA256, …</summary>
    public abstract string Name { get; }

    /// <summary>Gas for this input; <see cref="long.MaxValue"/> when no amount would do.</summary>
    public abstract long Gas(ReadOnlySpan<byte> input);

    /// <summary>Bytes to reserve for the output. Called after the gas has been paid, so it is bounded by gas.</summary>
    public abstract int MaxOutputLength(ReadOnlySpan<byte> input);

    /// <summary>Writes the output and returns its length, or -1 when the call fails and takes all its gas.</summary>
    public abstract int Run(ReadOnlySpan<byte> input, Span<byte> output);
}
