namespace Weft.Chain.Live;

/// <summary>A bound on what may be going on at once is reached; the same request may succeed a little later.</summary>
public sealed class ChainBusyException(string message) : Exception(message);

