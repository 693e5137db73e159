using System.Text;
using Weft.Evm;
using Weft.Evm.Precompiles;
using Xunit;
using static Weft.Tests.Evm.Precompiles.PrecompileCalls;

namespace Weft.Tests.Evm.Precompiles;

public sealed class HashPrecompileTests
{
    // From the paper that defines RIPEMD-160, appendix B.
    [Theory]
    [InlineData("", 1, "9c1185a5c5e9fc54612808977ee8f548b2258d31")]
    [InlineData("a", 1, "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe")]
    [InlineData("abc", 1, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc")]
    [InlineData("message digest", 1, "5d0689ef49d2fae572b881b123a85ffa21595f36")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", 1, "f71c27109c692c1b56bbdceb5b9d2865b3708dbc")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
        "12a053384a9c0c88e405a06c27dcf49ada62eb2b")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 1,
        "b0e20b6e3116640286ed3a87a5713079b21f5189")]
    [InlineData("1234567890", 8, "9b752e45573d4b39f4dbd3323cab82bf63326bfb")]
    [InlineData("a", 1_000_000, "52783243c1697bdbe16d37f97f68f08325dc1528")]
    public void Ripemd160_gives_the_digests_of_its_paper(string text, int times, string digest)
    {
        byte[] input = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, times)));
        byte[] output = PrecompileCalls.At(3).Call(input)!;
        Assert.Equal(new string('0', 24) + digest, Convert.ToHexStringLower(output));
    }

    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void Sha256_gives_the_digests_of_fips_180(string text, string digest) =>
        Assert.Equal(digest, Convert.ToHexStringLower(PrecompileCalls.At(2).Call(Encoding.ASCII.GetBytes(text))!));

    [Fact]
    public void Identity_gives_its_input_back()
    {
        byte[] input = [1, 2, 3, 250];
        Assert.Equal(input, PrecompileCalls.At(4).Call(input));
        Assert.Equal(Nothing, PrecompileCalls.At(4).Call([]));
    }

    [Theory]
    [InlineData(2, 0, 60)]
    [InlineData(2, 1, 72)]
    [InlineData(2, 32, 72)]
    [InlineData(2, 33, 84)]
    [InlineData(3, 0, 600)]
    [InlineData(3, 64, 840)]
    [InlineData(4, 0, 15)]
    [InlineData(4, 65, 24)]
    public void Hashes_and_identity_cost_a_base_and_an_amount_a_word(int number, int length, long gas) =>
        Assert.Equal(gas, PrecompileCalls.At(number, Fork.Frontier).Gas(new byte[length]));
}
