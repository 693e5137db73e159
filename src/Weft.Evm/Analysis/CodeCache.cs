using System.Collections.Concurrent;
using Weft.Primitives;

namespace Weft.Evm.Analysis;

/// <summary>
/// Analysed code by hash, shared by all threads. Two generations: what is used moves to the young one; when that is
/// full it becomes the old one and the former old one is dropped. So at most <c>capacity</c> bytes of code are held,
/// each counted with its objects, for there may be millions of a few bytes, and at most some 40 times that with their
/// analysis (two cells and a jump entry for a byte); code in use elsewhere lives on there.
/// </summary>
public sealed class CodeCache
{
    /// <summary>Bytes: some 1,300 contracts of the largest size that EIP-170 allows.</summary>
    public const long DefaultCapacity = 32 << 20;

    /// <summary>Of a code without bytes: its array, the analysis, the place in the table.</summary>
    private const int BytesOfObjects = 512;

    private sealed class Generation
    {
        public readonly ConcurrentDictionary<Hash256, Bytecode> Codes = new();
        public long Bytes;
    }

    private readonly long _capacityOfOne;
    private readonly Lock _turn = new();
    private volatile Generation _young = new();
    private volatile Generation _old = new();

    public CodeCache(long capacity = DefaultCapacity) => _capacityOfOne = capacity / 2;

    public bool TryGet(in Hash256 hash, out Bytecode code)
    {
        if (_young.Codes.TryGetValue(hash, out code!)) return true;
        if (!_old.Codes.TryGetValue(hash, out code!)) return false;
        Keep(code);
        return true;
    }

    /// <summary>The shared instance for this code; <paramref name="hash"/> is its Keccak-256.</summary>
    public Bytecode Add(in Hash256 hash, ReadOnlyMemory<byte> code) =>
        TryGet(hash, out Bytecode known) ? known : Keep(new Bytecode(code, hash));

    private Bytecode Keep(Bytecode code)
    {
        Generation young = _young;
        Bytecode kept = young.Codes.GetOrAdd(code.Hash, code);
        // Two threads may both count the same code: the bound is then reached a little early.
        if (kept == code && Interlocked.Add(ref young.Bytes, BytesOfObjects + code.Code.Length) > _capacityOfOne)
            Turn(young);
        return kept;
    }

    private void Turn(Generation full)
    {
        lock (_turn)
        {
            if (_young != full) return;
            _old = full;
            _young = new Generation();
        }
    }
}
