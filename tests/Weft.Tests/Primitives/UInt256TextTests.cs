using System.Globalization;
using System.Numerics;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Primitives;

/// <summary>Decimal, hexadecimal and big-endian forms.</summary>
public sealed class UInt256TextTests
{
    [Fact]
    public void Text_of_any_word_is_read_back()
    {
        var words = new Words(20);
        for (int i = 0; i < 20_000; i++)
        {
            var v = words.Next();
            Assert.True(UInt256.TryParse(v.ToString(), out var fromDecimal));
            Assert.True(UInt256.TryParse(v.ToHex(), out var fromHex));
            Assert.True(UInt256.TryParse(v.ToHex().ToUpperInvariant(), out var fromUpper));
            Assert.Equal((v, v, v), (fromDecimal, fromHex, fromUpper));
            Assert.Equal(((BigInteger)v).ToString(CultureInfo.InvariantCulture), v.ToString());
            var hex = ((BigInteger)v).ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
            Assert.Equal("0x" + (hex.Length == 0 ? "0" : hex), v.ToHex());
        }
    }

    [Theory]
    [InlineData("0", "0x0")]
    [InlineData("000", "0x0")]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000000000000000001", "0x1")]
    [InlineData("10000000000000000000", "0x8ac7230489e80000")]
    [InlineData("100000000000000000000000000000000000000", "0x4b3b4ca85a86c47a098a224000000000")]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639935",
        "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void TryParse_accepts(string text, string hex)
    {
        Assert.True(UInt256.TryParse(text, out var value));
        Assert.Equal(hex, value.ToHex());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1_000")]
    [InlineData("1,000")]
    [InlineData("1e3")]
    [InlineData("ff")]
    [InlineData("0xfg")]
    [InlineData("0x-1")]
    [InlineData("٣")]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639936")]
    [InlineData("999999999999999999999999999999999999999999999999999999999999999999999999999999")]
    [InlineData("0x10000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000000000000000001")]
    public void TryParse_rejects(string text)
    {
        Assert.False(UInt256.TryParse(text, out var value));
        Assert.Equal(UInt256.Zero, value);
    }

    [Fact]
    public void Big_endian_bytes_of_every_length_are_padded_on_the_left()
    {
        var words = new Words(21);
        var bytes = new byte[34];
        for (int i = 0; i < 5000; i++)
        {
            var v = words.Next();
            bytes.AsSpan().Fill(0xa5);
            v.WriteBigEndian(bytes.AsSpan(1));
            Assert.Equal((0xa5, 0xa5), (bytes[0], bytes[33]));
            Assert.Equal((BigInteger)v, new BigInteger(bytes.AsSpan(1, 32), isUnsigned: true, isBigEndian: true));
            for (int length = 0; length <= 32; length++)
                Assert.Equal(v & ((UInt256.One << (8 * length)) - 1),
                    UInt256.FromBigEndian(bytes.AsSpan(33 - length, length)));
        }
    }

    [Fact]
    public void Bytes_beyond_a_word_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => UInt256.FromBigEndian(new byte[33]));
        Assert.Throws<ArgumentOutOfRangeException>(() => UInt256.MaxValue.WriteBigEndian(new byte[31]));
    }
}
