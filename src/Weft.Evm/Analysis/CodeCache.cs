using System.Collections.Concurrent;
using Weft.Primitives;

namespace Weft.Evm.Analysis;

/// <summary>Analysed code by hash. Safe for all threads; bounded by the bytes of code it holds.</summary>
public sealed class CodeCache
{
    private readonly ConcurrentDictionary<Hash256, Bytecode> _byHash = new();

    public bool TryGet(in Hash256 hash, out Bytecode code) => _byHash.TryGetValue(hash, out code!);

    /// <summary>The shared instance for this code; <paramref name="hash"/> is its Keccak-256.</summary>
    public Bytecode Add(in Hash256 hash, ReadOnlyMemory<byte> code) => _byHash.GetOrAdd(hash, new Bytecode(code, hash));
}
