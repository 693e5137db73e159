using BenchmarkDotNet.Attributes;
using Weft.Primitives;

namespace Weft.Benchmarks.Primitives;

/// <summary>One operation after the other, each on the result of the one before where that makes sense:
/// latency.</summary>
public class UInt256Benchmarks
{
    private const int Operations = 1024;

    private readonly UInt256[] _values = new UInt256[Operations];
    private UInt256 _field, _result;

    /// <summary>Significant limbs of the divisor.</summary>
    [Params(1, 2, 3, 4)]
    public int Limbs { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        ulong Limb(int i) => i < Limbs ? (ulong)random.NextInt64(long.MinValue, long.MaxValue) | 1 : 0;
        for (int i = 0; i < Operations; i++) _values[i] = new(Limb(0), Limb(1), Limb(2), Limb(3));
        // The field of bn254.
        _field = new(0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d, 0x30644e72e131a029);
        _result = UInt256.MaxValue / 3;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public void Add()
    {
        for (int i = 0; i < Operations; i++) UInt256.Add(_result, _values[i], out _result);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public void Multiply()
    {
        for (int i = 0; i < Operations; i++) UInt256.Multiply(_result, _values[i], out _result);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public void Divide()
    {
        for (int i = 0; i < Operations; i++) UInt256.Divide(UInt256.MaxValue, _values[i], out _result);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public void Mod()
    {
        for (int i = 0; i < Operations; i++) UInt256.Mod(UInt256.MaxValue, _values[i], out _result);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public void MultiplyMod_by_changing_moduli()
    {
        for (int i = 0; i < Operations; i++) UInt256.MultiplyMod(UInt256.MaxValue, _result, _values[i], out _result);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public void MultiplyMod_in_a_field()
    {
        for (int i = 0; i < Operations; i++) UInt256.MultiplyMod(_result, _values[i], _field, out _result);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public void ShiftLeft()
    {
        for (int i = 0; i < Operations; i++) UInt256.ShiftLeft(_values[i], (ulong)i & 255, out _result);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public int LessThan()
    {
        int count = 0;
        for (int i = 0; i < Operations; i++) count += UInt256.LessThan(_values[i], _field) ? 1 : 0;
        return count;
    }
}
