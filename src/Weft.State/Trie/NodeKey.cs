using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
        var cut = key;
        var words = MemoryMarshal.CreateSpan(ref Unsafe.As<Hash256, ulong>(ref cut), 4);
        for (int i = 0; i < words.Length; i++) words[i] &= Mask(length - 16 * i);
        return cut;
    }

    /// <summary>The bits of that many nibbles at the begin of a word of sixteen, as they lie in memory.</summary>
    private static ulong Mask(int nibbles)
    {
        if (nibbles <= 0) return 0;
        ulong mask = nibbles >= 16 ? ulong.MaxValue : ~(ulong.MaxValue >> (4 * nibbles));
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(mask) : mask;
    }
}
