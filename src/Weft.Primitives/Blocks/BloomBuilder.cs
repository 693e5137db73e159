using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Weft.Primitives.Blocks;

/// <summary>
/// Collects logs into a bloom, for example the blooms of all receipts into that of the block. Allocates only in
/// <see cref="ToBloom"/>. One thread at a time.
/// </summary>
public sealed class BloomBuilder
{
    private readonly byte[] _bytes = new byte[Bloom.Size];

    public void Clear() => Array.Clear(_bytes);

    public void Add(LogEntry log) => Set(_bytes, log);

    public void Add(Bloom bloom)
    {
        // Most receipts have no logs.
        if (ReferenceEquals(bloom, Bloom.Empty)) return;
        var target = MemoryMarshal.Cast<byte, ulong>(_bytes.AsSpan());
        var source = MemoryMarshal.Cast<byte, ulong>(bloom.Bytes);
        for (int i = 0; i < target.Length; i++) target[i] |= source[i];
    }

    public Bloom ToBloom() => _bytes.AsSpan().IndexOfAnyExcept((byte)0) < 0 ? Bloom.Empty : Bloom.FromBytes(_bytes);

    internal static void Set(byte[] bytes, LogEntry log)
    {
        var address = log.Address;
        Set(bytes, BitsOf(address.Bytes));
        for (int i = 0; i < log.Topics.Count; i++)
        {
            var topic = log.Topics[i];
            Set(bytes, BitsOf(topic.Bytes));
        }
    }

    /// <summary>Three numbers below 2048: the low 11 bits of the first three 16-bit words of the digest.</summary>
    internal static (int First, int Second, int Third) BitsOf(ReadOnlySpan<byte> item)
    {
        var digest = Keccak.Hash(item);
        var bytes = digest.Bytes;
        return (BinaryPrimitives.ReadUInt16BigEndian(bytes) & 2047,
            BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) & 2047,
            BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]) & 2047);
    }

    private static void Set(byte[] bytes, (int First, int Second, int Third) bits)
    {
        Set(bytes, bits.First);
        Set(bytes, bits.Second);
        Set(bytes, bits.Third);
    }

    /// <summary>Bit 0 is the lowest of the last byte.</summary>
    private static void Set(byte[] bytes, int bit) => bytes[Bloom.Size - 1 - bit / 8] |= (byte)(1 << bit % 8);
}
