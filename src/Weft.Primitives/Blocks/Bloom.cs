namespace Weft.Primitives.Blocks;

/// <summary>The 2048-bit logs bloom (Yellow Paper 4.3.1): three bits for each address and topic. Immutable.</summary>
public sealed class Bloom : IEquatable<Bloom>
{
    public const int Size = 256;
    private readonly byte[] _bytes;

    private Bloom(byte[] bytes) => _bytes = bytes;

    public static Bloom Empty { get; } = new(new byte[Size]);

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Takes exactly 256 bytes, copied.</summary>
    public static Bloom FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new(bytes.ToArray())
        : throw new ArgumentException($"a bloom has 256 bytes, not {bytes.Length}", nameof(bytes));

    /// <summary>The bloom of all addresses and topics of the logs.</summary>
    public static Bloom Of(IReadOnlyList<LogEntry> logs)
    {
        if (logs.Count == 0) return Empty;
        var bytes = new byte[Size];
        for (int i = 0; i < logs.Count; i++) BloomBuilder.Set(bytes, logs[i]);
        return new(bytes);
    }

    /// <summary>Whether an address or topic may be in; false is certain.</summary>
    public bool MayContain(ReadOnlySpan<byte> item)
    {
        var bits = BloomBuilder.BitsOf(item);
        return IsSet(bits.First) && IsSet(bits.Second) && IsSet(bits.Third);
    }

    private bool IsSet(int bit) => (_bytes[Size - 1 - bit / 8] & 1 << bit % 8) != 0;

    public bool Equals(Bloom? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);
    public override bool Equals(object? obj) => Equals(obj as Bloom);
    public override int GetHashCode() => _bytes[0] | _bytes[100] << 8 | _bytes[200] << 16;
}
