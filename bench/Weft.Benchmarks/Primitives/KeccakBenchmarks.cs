using BenchmarkDotNet.Attributes;
using Weft.Primitives;

namespace Weft.Benchmarks.Primitives;

/// <summary>A message at a time against many side by side; times are per message.</summary>
public class KeccakBenchmarks
{
    private const int Messages = 64;

    private readonly Hash256[] _digests = new Hash256[Messages];
    private byte[] _data = [];

    /// <summary>Bytes of a message.</summary>
    [Params(32, 64, 532, 1024)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Setup() => new Random(1).NextBytes(_data = new byte[Messages * Length]);

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public void One_at_a_time()
    {
        for (int i = 0; i < Messages; i++) _digests[i] = Keccak.Hash(_data.AsSpan(i * Length, Length));
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public void Side_by_side() => Keccak.HashBatch(_data, Length, _digests);
}
