namespace Weft.State.Store;

/// <summary>When what was committed is also safe from a crash of the operating system. A killed process loses nothing
/// under any of them.</summary>
public enum Durability : byte
{
    /// <summary>Every few seconds; a crash of the system goes back to the last time.</summary>
    Seconds,

    /// <summary>With every commit.</summary>
    Block,

    /// <summary>When the database is closed; a crash of the system before loses all of it. For what can be made
    /// again.</summary>
    Exit,
}

public sealed record DatabaseOptions
{
    public Durability Durability { get; init; } = Durability.Seconds;

    /// <summary>Open what is there only; otherwise an empty or missing folder becomes a database.</summary>
    public bool MustExist { get; init; }

    /// <summary>Time from one sync point to the next under <see cref="Durability.Seconds"/>.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The run of the operating system; tests make it another one.</summary>
    internal string Boot { get; init; } = SystemBoot.Id;
}
