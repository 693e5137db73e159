using System.Text;
using Weft.Node.Eth;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Node.Eth;

public sealed class RevertReasonTests
{
    [Theory]
    [InlineData("")]
    [InlineData("user error")]
    [InlineData("a reason that takes more than thirty-two bytes, so more than one word")]
    public void An_error_with_a_text_is_read(string reason) =>
        Assert.Equal($"execution reverted: {reason}", RevertReason.Describe(Encode(reason)));

    [Theory]
    [InlineData(0x01, "assert(false)")]
    [InlineData(0x11, "arithmetic underflow or overflow")]
    [InlineData(0x99, "unknown panic code: 0x99")]
    public void A_panic_is_named(ulong code, string expected)
    {
        var output = new byte[36];
        ((ReadOnlySpan<byte>)[0x4e, 0x48, 0x7b, 0x71]).CopyTo(output);
        ((UInt256)code).WriteBigEndian(output.AsSpan(4));
        Assert.Equal($"execution reverted: {expected}", RevertReason.Describe(output));
    }

    [Fact]
    public void Any_other_output_is_just_a_revert()
    {
        byte[] whole = Encode("user error");
        for (int length = 0; length < 64 + 4 + 10; length++)
            Assert.Equal("execution reverted", RevertReason.Describe(whole.AsSpan(0, length)));
        var random = new Random(1);
        for (int i = 0; i < 2000; i++)
        {
            byte[] output = Encode("user error");
            for (int n = random.Next(1, 8); n > 0; n--) output[4 + random.Next(64)] = (byte)random.Next(256);
            RevertReason.Describe(output);
        }
    }

    private static byte[] Encode(string reason)
    {
        byte[] text = Encoding.UTF8.GetBytes(reason);
        var output = new byte[4 + 64 + (text.Length + 31) / 32 * 32];
        ((ReadOnlySpan<byte>)[0x08, 0xc3, 0x79, 0xa0]).CopyTo(output);
        output[4 + 31] = 32;
        ((UInt256)(ulong)text.Length).WriteBigEndian(output.AsSpan(4 + 32, 32));
        text.CopyTo(output, 4 + 64);
        return output;
    }
}
