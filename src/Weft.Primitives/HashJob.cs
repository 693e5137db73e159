namespace Weft.Primitives;

/// <summary>A message in pinned or native memory and the 32 bytes where its digest goes, which may lie in a message of a
/// later batch.</summary>
public readonly unsafe struct HashJob(byte* source, int length, byte* destination)
{
    public byte* Source => source;

    public int Length => length;

    public byte* Destination => destination;
}
