using Weft.Evm.Analysis;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Evm;

public sealed class CodeCacheTests
{
    private static (Hash256 Hash, byte[] Code) Code(int number)
    {
        byte[] code = [.. BitConverter.GetBytes(number), .. new byte[96]];
        return (Keccak.Hash(code), code);
    }

    [Fact]
    public void The_same_code_is_the_same_instance()
    {
        var cache = new CodeCache();
        var (hash, code) = Code(1);
        Bytecode first = cache.Add(hash, code);
        Assert.Same(first, cache.Add(hash, code.ToArray()));
        Assert.True(cache.TryGet(hash, out Bytecode found));
        Assert.Same(first, found);
    }

    [Fact]
    public void Unused_code_is_dropped_and_used_code_stays()
    {
        var cache = new CodeCache(capacity: 2000);
        var (used, usedCode) = Code(0);
        cache.Add(used, usedCode);
        int held = 0;
        for (int i = 1; i <= 200; i++)
        {
            var (hash, code) = Code(i);
            cache.Add(hash, code);
            Assert.True(cache.TryGet(used, out _), $"the code in use was dropped after {i} others");
        }
        for (int i = 1; i <= 200; i++) if (cache.TryGet(Code(i).Hash, out _)) held++;
        Assert.InRange(held, 1, 3);
    }

    [Fact]
    public void However_short_codes_are_there_is_a_bound_to_their_number()
    {
        var cache = new CodeCache(capacity: 100_000);
        var hashes = new List<Hash256>();
        for (int i = 0; i < 5000; i++)
        {
            byte[] code = [(byte)i, (byte)(i >> 8)];
            hashes.Add(Keccak.Hash(code));
            cache.Add(hashes[^1], code);
        }
        Assert.InRange(hashes.Count(hash => cache.TryGet(hash, out _)), 50, 250);
    }
}
