namespace Weft.State.MultiVersion;

/// <summary>Waits for a transaction that runs on another worker at this moment. Leaving the middle of a transaction and
/// running it again later costs more.</summary>
public interface IDependencyWaiter
{
    /// <summary>False when the transaction does not run now, so that waiting could take for ever.</summary>
    bool WaitFor(int transaction);
}
