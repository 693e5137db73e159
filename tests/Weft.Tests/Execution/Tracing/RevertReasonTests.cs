using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Weft.Execution.Tracing;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Execution.Tracing;

public sealed class RevertReasonTests
{
    [Fact]
    public void Text_of_an_error_is_read() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyString>(), text =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text.Get);
            return RevertReason.Decode(Error(0x20, (ulong)bytes.Length, bytes)) == Encoding.UTF8.GetString(bytes);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Panic_is_explained()
    {
        Assert.Equal("assert(false)", RevertReason.Decode(Panic(1)));
        Assert.Equal("arithmetic underflow or overflow", RevertReason.Decode(Panic(0x11)));
        Assert.Equal("unknown panic code: 0x99", RevertReason.Decode(Panic(0x99)));
        Assert.StartsWith(
            "unknown panic code: 0xff", RevertReason.Decode(Panic(UInt256.MaxValue)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_cut_off_or_points_outside_has_no_reason()
    {
        byte[] whole = Error(0x20, 5, "hello"u8.ToArray());
        for (int length = 0; length < 4 + 64 + 5; length++) Assert.Null(RevertReason.Decode(whole.AsSpan(0, length)));
        Assert.Null(RevertReason.Decode(Error(int.MaxValue, 5, [])));
        Assert.Null(RevertReason.Decode(Error(UInt256.MaxValue, 5, [])));
        Assert.Null(RevertReason.Decode(Error(0x20, UInt256.MaxValue, [])));
        Assert.Null(RevertReason.Decode(Error(0x20, 33, new byte[5])));
    }

    [Fact]
    public void No_bytes_behind_the_selector_do_any_harm() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            RevertReason.Decode([0x08, 0xc3, 0x79, 0xa0, .. new byte[31], .. bytes]);
            return RevertReason.Decode([1, 2, 3, 4, .. bytes]) is null;
        }).QuickCheckThrowOnFailure();

    private static byte[] Error(UInt256 offset, UInt256 length, byte[] text) =>
        [0x08, 0xc3, 0x79, 0xa0, .. Word(offset), .. Word(length), .. text, .. new byte[(32 - text.Length % 32) % 32]];

    private static byte[] Panic(UInt256 code) => [0x4e, 0x48, 0x7b, 0x71, .. Word(code)];

    private static byte[] Word(UInt256 value)
    {
        var bytes = new byte[32];
        value.WriteBigEndian(bytes);
        return bytes;
    }
}
