namespace Weft.State.MultiVersion;

/// <summary>Where a simulated schedule may let another worker go on. Never called with a lock held.</summary>
public interface ISwitchPoint
{
    void Pass();
}
