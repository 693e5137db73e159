using System.Buffers.Binary;
using Weft.Evm.Precompiles;
using Xunit;

namespace Weft.Tests.Evm.Precompiles;

public sealed class Blake2FTests
{
    private static readonly Precompile Blake2F = PrecompileCalls.At(9);

    // State and block of BLAKE2b-512("abc"), as EIP-152 gives them.
    private const string State =
        "48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d182e6ad7f520e511f6c3e2b8c68059b6bbd41fb" +
        "abd9831f79217e1319cde05b";

    [Theory]
    [InlineData(0, 1, "08c9bcf367e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d282e6ad7f520e511f6c3e2b" +
        "8c68059b9442be0454267ce079217e1319cde05b")]
    [InlineData(1, 1, "b63a380cb2897d521994a85234ee2c181b5f844d2c624c002677e9703449d2fba551b3a8333bcdf5f2f7e089" +
        "93d53923de3d64fcc68c034e717b9293fed7a421")]
    [InlineData(12, 1, "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de" +
        "4533cc9518d38aa8dbf1925ab92386edd4009923")]
    [InlineData(12, 0, "75ab69d3190a562c51aef8d88f1c2775876944407270c42c9844252c26d2875298743e7f6d5ea2f2d3e8d226" +
        "039cd31b4e426ac4f2d3d666a610c2116fde4735")]
    public void Gives_the_vectors_of_eip_152(uint rounds, byte final, string expected)
    {
        byte[] input = Input(rounds, final);
        Assert.Equal(rounds, Blake2F.Gas(input));
        Assert.Equal(expected, Convert.ToHexStringLower(Blake2F.Call(input)!));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(212)]
    [InlineData(214)]
    public void Input_of_another_length_fails_for_free(int length)
    {
        Assert.Equal(0, Blake2F.Gas(new byte[length]));
        Assert.Null(Blake2F.Call(new byte[length]));
    }

    [Fact]
    public void A_final_flag_of_two_fails() => Assert.Null(Blake2F.Call(Input(12, 2)));

    [Fact]
    public void All_ones_as_rounds_cost_four_billion_gas() =>
        Assert.Equal(uint.MaxValue, Blake2F.Gas(Input(uint.MaxValue, 1)));

    [Fact]
    public void Vectors_and_scalars_agree()
    {
        if (!System.Runtime.Intrinsics.X86.Avx2.IsSupported)
        {
            Console.WriteLine("this machine has no AVX2: BLAKE2F runs on scalars only");
            return;
        }
        var random = new Random(3);
        Span<ulong> h = stackalloc ulong[8], scalar = stackalloc ulong[8], m = stackalloc ulong[16];
        for (uint rounds = 0; rounds < 45; rounds++)
        {
            random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(h));
            random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(m));
            h.CopyTo(scalar);
            ulong t0 = (ulong)random.NextInt64(), t1 = (ulong)random.NextInt64();
            Weft.Evm.Precompiles.Blake2F.CompressScalar(rounds, scalar, m, t0, t1, rounds % 2 == 0);
            Weft.Evm.Precompiles.Blake2F.CompressAvx2(rounds, h, m, t0, t1, rounds % 2 == 0);
            Assert.True(h.SequenceEqual(scalar), $"{rounds} rounds");
        }
    }

    private static byte[] Input(uint rounds, byte final)
    {
        byte[] input = new byte[213];
        BinaryPrimitives.WriteUInt32BigEndian(input, rounds);
        PrecompileCalls.FromHex(State).CopyTo(input, 4);
        "abc"u8.CopyTo(input.AsSpan(68));
        input[196] = 3;
        input[212] = final;
        return input;
    }
}
