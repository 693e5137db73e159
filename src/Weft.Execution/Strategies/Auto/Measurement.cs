namespace Weft.Execution.Strategies.Auto;

/// <summary>What a block took.</summary>
/// <param name="Strategy">What was chosen.</param>
/// <param name="Nanoseconds">All of its state transition.</param>
/// <param name="HasFailed">The strategy did not suit the block, which was then executed serially.</param>
internal readonly record struct Measurement(
    Strategy Strategy, double Nanoseconds, bool HasFailed = false);
