using System.IO.Compression;
using System.Text.Json.Nodes;
using Weft.Chain;
using Weft.Chain.BuiltIn;
using Weft.Chain.Files;
using Weft.Chain.Import;
using Weft.Cli.Chains;
using Weft.Cli.Input;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Store;
using Weft.State.Verification;
using Xunit;

namespace Weft.Conformance.Chain;

/// <summary>Chains of other clients, imported from their files with every root proven.</summary>
public sealed class ImportTests
{
    [Fact]
    public void Prague_600_ends_with_every_account_of_its_head_state()
    {
        if (Fixtures.Path("chains/prague-600.zip") is not { } path) return;
        using var imported = new Imported(Genesis(path), $"{path}!chain.rlp");
        var expected = ReadJson(path, "headstate.json");
        var accounts = expected["accounts"]!.AsObject();

        Assert.Equal(600ul, imported.Chain.Head.Number);
        Assert.Equal(Hash256.Parse((string)expected["root"]!), imported.Chain.Head.StateRoot);
        long slots = 0;
        foreach (var (address, account) in accounts) slots += Compare(imported.Chain.State, address, account!);
        var verified = imported.Verify();
        Assert.Equal((accounts.Count, slots), (verified.Accounts, verified.Slots));
        Console.WriteLine($"prague-600: {accounts.Count} accounts and {slots} slots as in headstate.json");
    }

    [Theory]
    [InlineData("sepolia-00000-643a00f7.era1")]
    [InlineData("sepolia-00000-643a00f7.chain.rlp")]
    public void Sepolia_0_to_8191_is_imported_with_every_root(string file)
    {
        if (Fixtures.Path("chains/sepolia.zip") is not { } path) return;
        using var imported = new Imported(BuiltInChains.Find("sepolia")!, $"{path}!{file}");

        Assert.Equal(8191ul, imported.Chain.Head.Number);
        Assert.Equal(
            Hash256.Parse("0x8e3e7dc9ef199c05683417b4aa572f0b7a8bcfafca7edb6045baabc01aa4fb0c"),
            imported.Chain.Head.Hash);
        imported.Verify();
    }

    [Fact]
    public void Sepolia_written_as_era1_is_the_file_of_the_network()
    {
        if (Fixtures.Path("chains/sepolia.zip") is not { } path) return;
        string name = $"{path}!sepolia-00000-643a00f7.era1";
        using var imported = new Imported(BuiltInChains.Find("sepolia")!, name);
        using var written = new MemoryStream();
        using var writer = new Era1Writer(written);
        for (ulong number = 0; number <= imported.Chain.Head.Number; number++)
        {
            var blocks = imported.Chain.Blocks;
            var hash = blocks.GetCanonicalHash(number)!.Value;
            writer.Write(
                blocks.GetBlock(hash)!, blocks.GetReceipts(hash) ?? [], blocks.GetTotalDifficulty(hash)!.Value);
        }
        writer.Complete();
        using var file = InputFile.Open(name);

        Assert.True(written.ToArray().AsSpan().SequenceEqual(file.ReadAll()), "the bytes differ");
    }

    [Fact]
    public void The_chain_of_every_fork_from_homestead_to_bpo2_is_imported()
    {
        if (Fixtures.Path("rpc-compat.zip") is not { } path) return;
        using var imported = new Imported(Genesis(path), $"{path}!chain.rlp");

        Assert.Equal(54ul, imported.Chain.Head.Number);
        imported.Verify();
    }

    private static ChainSpec Genesis(string archive)
    {
        using var file = InputFile.Open($"{archive}!genesis.json");
        return GenesisReader.Read(file.ReadAll(), "genesis.json", "generated");
    }

    private static JsonNode ReadJson(string archive, string entry)
    {
        using var zip = ZipFile.OpenRead(archive);
        using var stream = zip.GetEntry(entry)!.Open();
        return JsonNode.Parse(stream)!;
    }

    /// <summary>Gives how many slots the account has.</summary>
    private static int Compare(StateStore state, string name, JsonNode expected)
    {
        var address = Address.Parse(name);
        Assert.True(state.TryGetAccount(address, out var account), name);
        Assert.True(UInt256.TryParse((string)expected["balance"]!, out var balance));
        Assert.Equal(
            new Account((ulong)expected["nonce"]!, balance, Hash256.Parse((string)expected["codeHash"]!)), account);
        if (expected["code"] is { } code)
            Assert.Equal((string)code!, Hex.Encode(state.GetCode(account.CodeHash).Span));
        var slots = state.GetSlots(address).ToDictionary();
        var named = expected["storage"]?.AsObject();
        Assert.Equal(named?.Count ?? 0, slots.Count);
        foreach (var (slot, value) in named ?? [])
        {
            Assert.True(UInt256.TryParse($"0x{(string)value!}", out var word), slot);
            Assert.Equal(word, slots[Hash256.Parse(slot).ToWord()]);
        }
        return slots.Count;
    }

    private sealed class Imported : IDisposable
    {
        private readonly Database _database =
            Database.CreateTemporary([.. StateStore.TableNames, .. ChainStore.TableNames]);

        public Imported(ChainSpec spec, string path)
        {
            Chain = Blockchain.Open(_database, spec);
            using var file = InputFile.Open(path);
            var outcome = new FileImporter(Chain, new ImportProgress()).Import(
                () => BlockFile.Open(file.OpenRead(), path), CancellationToken.None);
            Assert.True(outcome.End == ImportEnd.Complete, $"{outcome.Place}: {outcome.Reason}");
        }

        public Blockchain Chain { get; }

        public StateReport Verify()
        {
            var report = new StateVerifier(_database, 64 << 20).Run(() => { }, CancellationToken.None);
            Assert.Empty(report.Findings);
            Assert.Equal(Chain.Head.StateRoot, report.Root);
            var blocks = new Weft.Chain.Verification.ChainVerifier(_database, Chain.Spec)
                .Run(() => { }, CancellationToken.None);
            Assert.Empty(blocks.Findings);
            return report;
        }

        public void Dispose()
        {
            Chain.Dispose();
            _database.Dispose();
        }
    }
}
