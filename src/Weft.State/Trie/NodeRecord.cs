using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Weft.State.Trie;

/// <summary>
/// A node record: a branch and what hangs on it, as bytes. Nodes lie in it exactly as they are hashed, so that hashes
/// are computed and written in place.
/// <code>
/// form      1 byte   branch, or at the empty path only: leaf, extension
/// children  5 x 2    sets of nibbles, the low byte first: leaf, extension, branch, known by its hash only; and those
///                    of them that lie inside the branch's RLP because they have less than 32 bytes
/// lengths   1 each   of the nodes that follow
/// nodes              the RLP of every child that is a leaf or an extension, by nibble
/// branch             its own RLP, to the end of the record
/// </code>
/// A branch below has a record of its own at its full path, that of its extension included. The other forms are the
/// form and the RLP of the one node.
/// </summary>
public static class NodeRecord
{
    /// <summary>Bytes of a record at most: the branch's own RLP (532) and sixteen leaves (161 each).</summary>
    public const int MaxSize = 4096;

    /// <summary>Bytes of a value in a trie: an account has 110 at most, a slot 33.</summary>
    internal const int MaxValueSize = 128;

    internal const int MasksSize = 11;

    internal const byte Branch = 1, Leaf = 2, Extension = 3;
}

/// <summary>A branch record in place. Safe: <see cref="Parse"/> checks that everything lies inside the bytes that it
/// was given; what is inside the nodes is checked by <see cref="NodeCodec"/> where it is read.</summary>
internal unsafe struct BranchRecord
{
    private byte* _start;

    /// <summary>Sets of nibbles.</summary>
    public int Leaves, Extensions, Branches, Opaques, Inlined;

    /// <summary>The branch as it is hashed.</summary>
    public byte* Rlp;
    public int RlpLength;
    private int _headerSize;

    /// <summary>Field by field where it is to be, as <see cref="NodeKey.Write"/> says.</summary>
    private void Load(byte* start, int length)
    {
        _start = start;
        (Leaves, Extensions, Branches) = (Mask(1), Mask(3), Mask(5));
        (Opaques, Inlined) = (Mask(7), Mask(9));
        int tails = BitOperations.PopCount((uint)(Leaves | Extensions));
        int offset = NodeRecord.MasksSize + tails;
        offset += SumOf(start + NodeRecord.MasksSize, tails);
        Rlp = start + offset;
        RlpLength = length - offset;
        _headerSize = RlpLength <= 56 ? 1 : RlpLength <= 257 ? 2 : 3;
    }

    public readonly int Present => Leaves | Extensions | Branches | Opaques;

    public static void Parse(byte* start, int length, out BranchRecord record)
    {
        if (length < NodeRecord.MasksSize + 17 || start[0] != NodeRecord.Branch) throw Bad();
        Unsafe.SkipInit(out record);
        record.Load(start, length);
        if (!record.IsConsistent()) throw Bad();
    }

    /// <summary>The node of a child that is a leaf or an extension.</summary>
    public readonly byte* Tail(int nibble, out int length)
    {
        int before = BitOperations.PopCount((uint)((Leaves | Extensions) & ((1 << nibble) - 1)));
        byte* lengths = _start + NodeRecord.MasksSize;
        int offset = NodeRecord.MasksSize + BitOperations.PopCount((uint)(Leaves | Extensions));
        length = lengths[before];
        return _start + offset + SumOf(lengths, before);
    }

    /// <summary>What the branch holds for a child that is there: 0xa0 and a hash, or a node.</summary>
    public readonly byte* Reference(int nibble, out int length)
    {
        if (Inlined == 0)
        {
            length = 33;
            return Reference(nibble);
        }
        byte* item = Rlp + _headerSize;
        for (int i = 0; i < nibble; i++) item += *item >= 0xc0 ? *item - 0xc0 + 1 : *item == 0xa0 ? 33 : 1;
        length = *item >= 0xc0 ? *item - 0xc0 + 1 : 33;
        return item;
    }

    /// <summary>Where the branch holds a child, there or not, when all that are there are hashed.</summary>
    public readonly byte* Reference(int nibble)
    {
        Debug.Assert(Inlined == 0, "every child has one byte or 33");
        return Rlp + _headerSize + nibble + 32 * BitOperations.PopCount((uint)(Present & ((1 << nibble) - 1)));
    }

    /// <summary>The sum of up to sixteen lengths, without a loop whose end the processor would have to guess. Safe:
    /// even the shortest record has sixteen bytes from where its lengths begin.</summary>
    private static int SumOf(byte* lengths, int count)
    {
        var isCounted = Vector128.LessThan(Vector128<byte>.Indices, Vector128.Create((byte)count));
        var (low, high) = Vector128.Widen(Vector128.Load(lengths) & isCounted);
        return Vector128.Sum(low + high);
    }

    private readonly int Mask(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(new(_start + offset, 2));

    private readonly bool IsConsistent()
    {
        int disjoint = Leaves ^ Extensions ^ Branches ^ Opaques;
        int sum = BitOperations.PopCount((uint)Leaves) + BitOperations.PopCount((uint)Extensions)
            + BitOperations.PopCount((uint)Branches) + BitOperations.PopCount((uint)Opaques);
        if (BitOperations.PopCount((uint)disjoint) != sum || (Inlined & ~disjoint) != 0) return false;
        if (RlpLength is < 18 or > 532 || !IsListOf(RlpLength)) return false;
        if (Inlined == 0) return RlpLength == _headerSize + 17 + 32 * sum;
        return HasInlinedInside();
    }

    private readonly bool IsListOf(int length) => _headerSize switch
    {
        1 => Rlp[0] == 0xc0 + length - 1,
        2 => Rlp[0] == 0xf8 && Rlp[1] == length - 2,
        _ => Rlp[0] == 0xf9 && (Rlp[1] << 8 | Rlp[2]) == length - 3,
    };

    /// <summary>Walks the sixteen items; the last one is the branch's own value, which is empty.</summary>
    private readonly bool HasInlinedInside()
    {
        int offset = _headerSize;
        for (int nibble = 0; nibble < 16; nibble++)
        {
            if (offset >= RlpLength) return false;
            bool isList = Rlp[offset] >= 0xc0;
            if (isList != ((Inlined >> nibble & 1) != 0) || Rlp[offset] >= 0xc0 + 32) return false;
            offset += isList ? Rlp[offset] - 0xc0 + 1 : (Present >> nibble & 1) != 0 ? 33 : 1;
        }
        return offset == RlpLength - 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static InvalidDataException Bad() => new("a trie node's record is damaged");
}
