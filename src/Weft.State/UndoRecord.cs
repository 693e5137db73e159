namespace Weft.State;

/// <summary>The reverse of a block's changes, as bytes that a store keeps.</summary>
public static class UndoRecord
{
    /// <summary>What leads from the state after <paramref name="changes"/> back to <paramref name="before"/>.</summary>
    public static byte[] Encode(StateChanges changes, IStateView before) => throw new NotSupportedException();

    /// <summary>The changes to apply. Code is not among them: it is never deleted.</summary>
    /// <exception cref="InvalidDataException">The bytes are no record.</exception>
    public static StateChanges Decode(ReadOnlySpan<byte> bytes) => throw new NotSupportedException();
}
