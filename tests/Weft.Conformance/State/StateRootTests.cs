using System.Text.Json;
using Weft.Primitives;
using Weft.State;
using Xunit;

namespace Weft.Conformance.State;

/// <summary>Roots of whole states that are public: genesis allocations and a dump of a chain's last state.</summary>
public class StateRootTests
{
    [Theory]
    [InlineData("mainnet-genesis.json", 8893, "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544")]
    [InlineData("holesky-genesis.json", 0, "0x69d8c9d72f6fa4ad42d4702b433707212f90db395eb54dc20bc85de253788783")]
    [InlineData("hoodi-genesis.json", 0, "0xda87d7f5f91c51508791bbcbd4aa5baf04917830b86985eeb9ad3d5bfb657576")]
    public void The_root_of_a_genesis_allocation_is_the_published_one(string file, int accounts, string root)
    {
        if (Read("chains/genesis.zip", file) is not { } json) return;
        using (json)
        {
            var state = new InMemoryState();
            foreach (var account in json.RootElement.GetProperty("alloc").EnumerateObject())
                Add(state, Address.Parse(account.Name), account.Value);
            Assert.True(state.Accounts.Count() >= accounts);
            Assert.Equal(Hash256.Parse(root), state.ComputeRoot());
        }
    }

    [Fact]
    public void The_root_of_a_dumped_state_is_the_one_of_its_block()
    {
        if (Read("chains/prague-600.zip", "headstate.json") is not { } json) return;
        using (json)
        {
            var state = new InMemoryState();
            foreach (var account in json.RootElement.GetProperty("accounts").EnumerateObject())
                Add(state, Address.Parse(account.Name), account.Value);
            Assert.NotEmpty(state.Accounts);
            Assert.Equal(Hash256.Parse(json.RootElement.GetProperty("root").GetString()!), state.ComputeRoot());
        }
    }

    private static JsonDocument? Read(string archiveName, string file)
    {
        using var archive = Fixtures.OpenZip(archiveName);
        if (archive is null) return null;
        using var stream = archive.GetEntry(file)!.Open();
        return JsonDocument.Parse(stream);
    }

    private static void Add(InMemoryState state, in Address address, JsonElement json)
    {
        var codeHash = Text(json, "code") is { } code ? state.AddCode(Bytes(code)) : Hash256.OfEmptyCode;
        state.SetAccount(address, new((ulong)Number(json, "nonce").U0, Number(json, "balance"), codeHash));
        if (!json.TryGetProperty("storage", out var storage)) return;
        foreach (var slot in storage.EnumerateObject())
            state.SetStorage(address, Word(slot.Name), Word(slot.Value.GetString()!));
    }

    private static UInt256 Number(JsonElement json, string name)
    {
        if (Text(json, name) is not { } text) return 0;
        Assert.True(UInt256.TryParse(text, out var value), text);
        return value;
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? value.ToString() : null;

    private static UInt256 Word(string hex) => UInt256.FromBigEndian(Bytes(hex));

    private static byte[] Bytes(string hex)
    {
        Assert.True(Hex.TryDecode(hex, out var bytes), hex);
        return bytes;
    }
}
