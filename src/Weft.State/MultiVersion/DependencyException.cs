namespace Weft.State.MultiVersion;

/// <summary>A transaction read what an earlier one is expected to write again: it has to wait for that one. Thrown
/// through the machine, which holds nothing that needs cleaning up.</summary>
public sealed class DependencyException(int transaction) : Exception
{
    /// <summary>The index of the earlier transaction.</summary>
    public int Transaction { get; } = transaction;
}
