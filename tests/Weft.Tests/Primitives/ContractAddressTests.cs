using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Primitives;

public sealed class ContractAddressTests
{
    [Theory]
    [InlineData(0, "0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d")]
    [InlineData(1, "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8")]
    [InlineData(2, "0xf778b86fa74e846c4f0a1fbd1335fe81c00a0c91")]
    public void Created_addresses_follow_the_nonce(ulong nonce, string expected) =>
        Assert.Equal(
            Address.Parse(expected),
            ContractAddress.Create(Address.Parse("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"), nonce));

    /// <summary>The examples of EIP-1014.</summary>
    [Theory]
    [InlineData("0x0000000000000000000000000000000000000000", "0x00", "0x00",
        "0x4d1a2e2bb4f88f0250f26ffff098b0b30b26bf38")]
    [InlineData("0xdeadbeef00000000000000000000000000000000", "0x00", "0x00",
        "0xb928f69bb1d91cd65274e3c79d8986362984fda3")]
    [InlineData("0x00000000000000000000000000000000deadbeef", "0xcafebabe", "0xdeadbeef",
        "0x60f3f640a8508fc6a86d45df051962668e1e8ac7")]
    [InlineData("0x0000000000000000000000000000000000000000", "0x00", "0x",
        "0xe33c0c7f7df4809055c3eba6c09cfe4baf1bd9e0")]
    public void Salted_addresses_match_the_examples_of_Eip1014(string sender, string salt, string code, string expected)
    {
        Assert.True(UInt256.TryParse(salt, out var word));
        Assert.True(Hex.TryDecode(code, out var bytes));
        Assert.Equal(Address.Parse(expected), ContractAddress.Create2(Address.Parse(sender), word, Keccak.Hash(bytes)));
    }
}
