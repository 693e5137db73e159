using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>
/// The place of a node record: a trie and a path of 0 to 63 nibbles in it. The trie is that of the accounts or the
/// storage trie of the account whose address has the hash <see cref="Owner"/>.
/// </summary>
public readonly struct NodeKey : IEquatable<NodeKey>
{
    /// <summary>Bytes of <see cref="WriteTo"/> at most: owner, path, length.</summary>
    public const int MaxSize = 32 + 32 + 1;

    /// <summary>Words of <see cref="WriteWords"/> at most.</summary>
    internal const int WordsMax = 9;

    private readonly Hash256 _owner;
    private readonly Hash256 _path;
    private readonly byte _length;
    private readonly bool _isStorage;

    private NodeKey(in Hash256 owner, in Hash256 path, int length, bool isStorage) =>
        (_owner, _path, _length, _isStorage) = (owner, path, (byte)length, isStorage);

    public bool IsStorage => _isStorage;

    /// <summary>Keccak-256 of the address; zero in the trie of accounts.</summary>
    public Hash256 Owner => _owner;

    /// <summary>Nibbles of the path.</summary>
    public int Length => _length;

    /// <summary>The path, two nibbles a byte, the high one first; zero behind its end.</summary>
    public Hash256 Path => _path;

    /// <summary>The first <paramref name="length"/> nibbles of a key in the trie of accounts.</summary>
    public static NodeKey OfAccounts(in Hash256 key, int length) => new(default, Cut(key, length), length, false);

    /// <summary>The first <paramref name="length"/> nibbles of a key in a storage trie.</summary>
    public static NodeKey OfStorage(in Hash256 owner, in Hash256 key, int length) =>
        new(owner, Cut(key, length), length, true);

    /// <summary>The place of the first <paramref name="length"/> nibbles of a key, written where it is to be.</summary>
    /// <remarks>Keys are made by the ten thousand, and a copy right after the parts were written has to wait for them:
    /// the processor hands a store on to a load only where one of them covers it.</remarks>
    internal static void Write(out NodeKey place, bool isStorage, in Hash256 owner, in Hash256 key, int length)
    {
        // Safe: all fields are written.
        Unsafe.SkipInit(out place);
        Unsafe.AsRef(in place._owner) = owner;
        Unsafe.AsRef(in place._path) = Cut(key, length);
        Unsafe.AsRef(in place._length) = (byte)length;
        Unsafe.AsRef(in place._isStorage) = isStorage;
    }

    /// <summary>Bytes under which a store keeps the record, in a table of accounts' nodes or of storage nodes: owner
    /// (storage only), path, number of nibbles. They sort by owner and path.</summary>
    public int WriteTo(Span<byte> destination)
    {
        int start = 0;
        if (_isStorage)
        {
            _owner.CopyTo(destination);
            start = 32;
        }
        int bytes = (_length + 1) >> 1;
        _path.Bytes[..bytes].CopyTo(destination[start..]);
        destination[start + bytes] = _length;
        return start + bytes + 1;
    }

    /// <summary>Words by which a cache in memory knows the record, the number that the owner has there included. They
    /// do not sort, but are written and read as whole words, so that no load waits for parts.</summary>
    internal int WriteWords(uint epoch, Span<ulong> destination)
    {
        ref ulong words = ref MemoryMarshal.GetReference(destination[..WordsMax]);
        // Safe: there is room for nine words.
        var path = Unsafe.BitCast<Hash256, Vector256<ulong>>(_path);
        int count = 1;
        if (_length <= 16)
        {
            words = path.GetElement(0);
        }
        else
        {
            path.StoreUnsafe(ref words);
            count = 4;
        }
        Unsafe.Add(ref words, count++) = _length | (ulong)epoch << 8;
        if (!_isStorage) return count;
        Unsafe.BitCast<Hash256, Vector256<ulong>>(_owner).StoreUnsafe(ref words, (nuint)count);
        return count + 4;
    }

    public bool Equals(NodeKey other) =>
        _length == other._length && _isStorage == other._isStorage && _path == other._path && _owner == other._owner;

    public override bool Equals(object? obj) => obj is NodeKey other && Equals(other);

    /// <summary>Owner and path are hashes, but short paths are mostly zeros.</summary>
    public override int GetHashCode() => HashCode.Combine(_owner.GetHashCode(), _path.GetHashCode(), _length);

    public static bool operator ==(NodeKey left, NodeKey right) => left.Equals(right);

    public static bool operator !=(NodeKey left, NodeKey right) => !left.Equals(right);

    private static Hash256 Cut(in Hash256 key, int length)
    {
        Debug.Assert(length is >= 0 and < 64, "a node lies above its keys");
        var high = Vector256<sbyte>.Indices + Vector256<sbyte>.Indices;
        var end = Vector256.Create((sbyte)length);
        var mask = (Vector256.LessThan(high, end) & Vector256.Create((byte)0xf0).AsSByte())
            | (Vector256.LessThan(high + Vector256<sbyte>.One, end) & Vector256.Create((sbyte)0x0f));
        return Unsafe.BitCast<Vector256<sbyte>, Hash256>(Unsafe.BitCast<Hash256, Vector256<sbyte>>(key) & mask);
    }
}
