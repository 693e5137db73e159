using System.Buffers.Binary;
using System.Security.Cryptography;
using Weft.Primitives;

namespace Weft.Chain.Files;

/// <summary>The root over the blocks of an era1 file: the SSZ hash tree root of List[HeaderRecord, 8192]. A record
/// is the hash of a block and the total difficulty after it.</summary>
internal sealed class Accumulator
{
    /// <summary>Blocks of a file at most, a power of two.</summary>
    public const int BlocksMax = 8192;

    private readonly List<Hash256> _records = [];

    public int Count => _records.Count;

    public void Add(in Hash256 blockHash, in UInt256 totalDifficulty)
    {
        Span<byte> record = stackalloc byte[64], root = stackalloc byte[32];
        blockHash.CopyTo(record);
        WriteLittleEndian(totalDifficulty, record[32..]);
        SHA256.HashData(record, root);
        _records.Add(new(root));
    }

    public Hash256 ComputeRoot()
    {
        Span<Hash256> level = [.. _records];
        var absent = Hash256.Zero;
        for (int width = BlocksMax; width > 1; width /= 2)
        {
            int parents = (level.Length + 1) / 2;
            for (int i = 0; i < parents; i++)
                level[i] = Hash(level[2 * i], 2 * i + 1 < level.Length ? level[2 * i + 1] : absent);
            level = level[..parents];
            absent = Hash(absent, absent);
        }
        return Hash(level.IsEmpty ? absent : level[0], FromLittleEndian((ulong)_records.Count));
    }

    public static void WriteLittleEndian(in UInt256 value, Span<byte> target)
    {
        value.WriteBigEndian(target[..32]);
        target[..32].Reverse();
    }

    private static Hash256 FromLittleEndian(ulong value)
    {
        Span<byte> bytes = stackalloc byte[32];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return new(bytes);
    }

    private static Hash256 Hash(in Hash256 left, in Hash256 right)
    {
        Span<byte> pair = stackalloc byte[64], digest = stackalloc byte[32];
        left.CopyTo(pair);
        right.CopyTo(pair[32..]);
        SHA256.HashData(pair, digest);
        return new(digest);
    }
}
