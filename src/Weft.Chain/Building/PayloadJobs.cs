using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Building;

public sealed record PayloadOptions
{
    /// <summary>Payloads that are kept.</summary>
    public int JobsMax { get; init; } = 8;

    /// <summary>From one try to improve a payload to the next.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A job ends when nobody has collected its payload by then.</summary>
    public TimeSpan AgeMax { get; init; } = TimeSpan.FromSeconds(24);
}

/// <summary>Builds payloads for the consensus layer, better ones as time goes on, until they are collected. Any thread.
/// </summary>
public sealed class PayloadJobs : IDisposable
{
    public PayloadJobs(BlockBuilder builder, PayloadOptions? options = null)
    {
    }

    /// <summary>Begins to build on the head and names the job (8 bytes as a number); a job for the same is
    /// continued. <paramref name="version"/> is that of the attributes and the first byte of the name.</summary>
    public ulong Start(BlockHeader parent, PayloadAttributes attributes, byte version) =>
        throw new InvalidOperationException("not yet");

    /// <summary>The best payload so far, waiting for the first; the job ends. Null: there is no such job.</summary>
    public BuiltBlock? Collect(ulong id) => throw new InvalidOperationException("not yet");

    public void Dispose()
    {
    }
}
