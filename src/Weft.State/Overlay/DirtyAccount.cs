namespace Weft.State.Overlay;

/// <summary>An account that was changed at some time, and what the source has for it.</summary>
internal readonly record struct DirtyAccount(int Index, bool Existed, Account Source);
