using Weft.Primitives;
using Weft.Primitives.Crypto;
using Xunit;

namespace Weft.Tests.Primitives;

public sealed class Secp256k1Tests
{
    [Fact]
    public void Known_private_key_controls_known_address()
    {
        Assert.Equal(Address.Parse("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"), Secp256k1.PrivateKeyToAddress(1));
        Assert.Equal(Address.Parse("0x2b5ad5c4795c026514f8317c7a215e218dccd6cf"), Secp256k1.PrivateKeyToAddress(2));
    }

    [Fact]
    public void Recovery_finds_the_signer_of_random_messages()
    {
        var random = new WireRandom(1);
        for (int i = 0; i < 200; i++)
        {
            var key = random.PrivateKey();
            var hash = random.Hash();
            var signature = Secp256k1.Sign(hash, key);
            Assert.True(Secp256k1.IsLowS(signature.S));
            Assert.True(Secp256k1.TryRecoverAddress(
                hash, signature.R, signature.S, signature.YParity, out var address));
            Assert.Equal(Secp256k1.PrivateKeyToAddress(key), address);
            // The mirrored signature recovers as well: EIP-2 is a rule of forks, not of the curve.
            Assert.True(Secp256k1.TryRecoverAddress(
                hash, signature.R, Secp256k1.Order - signature.S, 1 - signature.YParity, out var mirrored));
            Assert.Equal(address, mirrored);
        }
    }

    [Fact]
    public void Recovery_refuses_what_is_out_of_range()
    {
        var hash = new WireRandom(2).Hash();
        var good = Secp256k1.Sign(hash, 7);
        Assert.False(Recovers(hash, 0, good.S, 0));
        Assert.False(Recovers(hash, good.R, 0, 0));
        Assert.False(Recovers(hash, Secp256k1.Order, good.S, 0));
        Assert.False(Recovers(hash, good.R, Secp256k1.Order, 0));
        Assert.False(Recovers(hash, UInt256.MaxValue, UInt256.MaxValue, 1));
        foreach (int id in new[] { -1, 2, 3, 4, 27, int.MinValue, int.MaxValue })
            Assert.False(Recovers(hash, good.R, good.S, id));
        // 5 is not the x of any point of the curve: 5^3 + 7 is no square modulo p.
        Assert.False(Recovers(hash, 5, 1, 0));
        Assert.True(Recovers(hash, good.R, good.S, good.YParity));
    }

    [Fact]
    public void Half_order_is_half_the_order()
    {
        Assert.Equal(Secp256k1.Order, Secp256k1.HalfOrder + Secp256k1.HalfOrder + 1);
        Assert.True(Secp256k1.IsLowS(Secp256k1.HalfOrder));
        Assert.False(Secp256k1.IsLowS(Secp256k1.HalfOrder + 1));
    }

    [Fact]
    public void Private_keys_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Secp256k1.PrivateKeyToAddress(0));
        Assert.Throws<ArgumentException>(() => Secp256k1.Sign(default, Secp256k1.Order));
    }

    [Fact]
    public void Recovery_may_run_on_many_threads()
    {
        var hash = new WireRandom(3).Hash();
        var signature = Secp256k1.Sign(hash, 99);
        var expected = Secp256k1.PrivateKeyToAddress(99);
        int wrong = 0;
        Parallel.For(0, 500, _ =>
        {
            bool ok = Secp256k1.TryRecoverAddress(hash, signature.R, signature.S, signature.YParity, out var found);
            if (!ok || found != expected) Interlocked.Increment(ref wrong);
        });
        Assert.Equal(0, wrong);
    }

    private static bool Recovers(in Hash256 hash, in UInt256 r, in UInt256 s, int id) =>
        Secp256k1.TryRecoverAddress(hash, r, s, id, out _);
}
