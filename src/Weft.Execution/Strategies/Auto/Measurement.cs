namespace Weft.Execution.Strategies.Auto;

/// <summary>What a block took.</summary>
/// <param name="Strategy">What was chosen.</param>
/// <param name="Nanoseconds">All of its state transition.</param>
/// <param name="HasFailed">The strategy did not suit the block, which was then executed serially.</param>
/// <param name="IsDisturbed">It is known that it took longer than it will.</param>
internal readonly record struct Measurement(
    Strategy Strategy, double Nanoseconds, bool HasFailed = false, bool IsDisturbed = false);
