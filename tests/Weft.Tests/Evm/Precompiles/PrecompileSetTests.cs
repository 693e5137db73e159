using Weft.Evm;
using Weft.Evm.Precompiles;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Evm.Precompiles;

public sealed class PrecompileSetTests
{
    [Theory]
    [InlineData(Fork.Frontier, 4, false)]
    [InlineData(Fork.SpuriousDragon, 4, false)]
    [InlineData(Fork.Byzantium, 8, false)]
    [InlineData(Fork.Petersburg, 8, false)]
    [InlineData(Fork.Istanbul, 9, false)]
    [InlineData(Fork.Berlin, 9, false)]
    [InlineData(Fork.Shanghai, 9, false)]
    [InlineData(Fork.Cancun, 10, false)]
    [InlineData(Fork.Prague, 17, false)]
    [InlineData(Fork.Osaka, 17, true)]
    [InlineData(Fork.Bpo5, 17, true)]
    public void A_fork_has_the_precompiles_up_to_its_number(Fork fork, int highest, bool hasP256Verify)
    {
        var set = PrecompileSet.Of(fork);
        var expected = Enumerable.Range(1, highest).Concat(hasP256Verify ? [0x100] : []).ToList();
        Assert.Equal(expected.Select(n => Address.FromNumber((ulong)n)), set.Addresses);
        for (int n = 0; n < 0x400; n++)
            Assert.Equal(expected.Contains(n), set.Find(Address.FromNumber((ulong)n)) is not null);
    }

    [Fact]
    public void An_address_that_only_ends_like_a_precompile_is_none()
    {
        var set = PrecompileSet.Of(Fork.Osaka);
        for (int position = 0; position < 18; position++)
        {
            byte[] bytes = new byte[20];
            bytes[19] = 1;
            Assert.NotNull(set.Find(new Address(bytes)));
            bytes[position] = 1;
            Assert.Null(set.Find(new Address(bytes)));
        }
    }

    [Fact]
    public void Forks_with_the_same_rules_share_one_set()
    {
        Assert.Same(PrecompileSet.Of(Fork.Frontier), PrecompileSet.Of(Fork.SpuriousDragon));
        Assert.Same(PrecompileSet.Of(Fork.Osaka), PrecompileSet.Of(Fork.Bpo2));
        Assert.NotSame(PrecompileSet.Of(Fork.Istanbul), PrecompileSet.Of(Fork.Berlin));
    }

    [Fact]
    public void Names_are_those_of_eip_7910()
    {
        string[] expected =
        [
            "ECREC", "SHA256", "RIPEMD160", "ID", "MODEXP", "BN254_ADD", "BN254_MUL", "BN254_PAIRING", "BLAKE2F",
            "KZG_POINT_EVALUATION", "BLS12_G1ADD", "BLS12_G1MSM", "BLS12_G2ADD", "BLS12_G2MSM", "BLS12_PAIRING_CHECK",
            "BLS12_MAP_FP_TO_G1", "BLS12_MAP_FP2_TO_G2", "P256VERIFY",
        ];
        var set = PrecompileSet.Of(Fork.Osaka);
        Assert.Equal(expected, set.Addresses.Select(address => set.Find(address)!.Name));
    }

    [Fact]
    public void Eip_1108_makes_the_curve_cheaper_from_istanbul_on()
    {
        byte[] twoPairs = new byte[2 * 192];
        Assert.Equal([500, 40000, 260000], Gas(Fork.Petersburg));
        Assert.Equal([150, 6000, 113000], Gas(Fork.Istanbul));

        long[] Gas(Fork fork) => [.. Enumerable.Range(6, 3).Select(n => PrecompileCalls.At(n, fork).Gas(twoPairs))];
    }

    /// <summary>Inputs are hostile: whatever their bytes and length, a call ends with an output that fits or a
    /// failure.</summary>
    [Fact]
    public void Random_input_of_any_length_neither_throws_nor_overruns()
    {
        var random = new Random(17);
        foreach (Fork fork in (Fork[])[Fork.Byzantium, Fork.Osaka])
        {
            var set = PrecompileSet.Of(fork);
            foreach (var precompile in set.Addresses.Select(address => set.Find(address)!))
            {
                for (int i = 0; i < 60; i++) RunOnce(precompile, RandomInput(random));
            }
        }
    }

    private static void RunOnce(Precompile precompile, byte[] input)
    {
        long gas = precompile.Gas(input);
        Assert.True(gas >= 0);
        if (gas > 1_000_000) return;
        int reserved = precompile.MaxOutputLength(input);
        byte[] output = new byte[reserved + 1];
        output[reserved] = 0x77;
        int length = precompile.Run(input, output.AsSpan(0, reserved));
        Assert.InRange(length, -1, reserved);
        Assert.Equal(0x77, output[reserved]);
    }

    private static byte[] RandomInput(Random random)
    {
        // The lengths around which the precompiles decide something, and the ones between.
        int[] bounds = [0, 32, 64, 96, 128, 160, 192, 213, 256, 288, 384, 512, 768];
        byte[] input = new byte[Math.Max(0, bounds[random.Next(bounds.Length)] + random.Next(-1, 2))];
        // Mostly zeros, so that lengths, field elements and points are valid now and then.
        if (random.Next(3) == 0) random.NextBytes(input);
        for (int i = random.Next(8); i > 0 && input.Length > 0; i--)
            input[random.Next(input.Length)] = (byte)random.Next(4);
        return input;
    }
}
