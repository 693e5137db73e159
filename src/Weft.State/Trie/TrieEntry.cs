namespace Weft.State.Trie;

/// <summary>A key and its value, which is not empty: an empty one is a key that is not there.</summary>
public readonly record struct TrieEntry(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);
