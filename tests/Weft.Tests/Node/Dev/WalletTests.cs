using Weft.Node.Dev;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Node.Dev;

public sealed class WalletTests
{
    /// <summary>The accounts that every local node prints.</summary>
    [Theory]
    [InlineData(
        0, "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
        "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")]
    [InlineData(
        1, "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
        "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d")]
    [InlineData(
        9, "0xa0ee7a142d267c1f36714e4a8f75612f20a79720",
        "0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6")]
    public void The_test_mnemonic_has_the_accounts_that_everybody_knows(int index, string address, string key)
    {
        DevAccount account = Wallet.Derive(Wallet.TestMnemonic, 10)[index];
        Assert.Equal(Address.Parse(address), account.Address);
        Assert.Equal(key, Hash256.FromWord(account.PrivateKey).ToString());
    }
}
