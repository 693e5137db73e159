using System.Text;
using System.Text.Json.Nodes;
using Weft.Chain;
using Weft.Primitives;
using Weft.State.Store;
using Weft.State.Trie;
using Xunit;

namespace Weft.Tests.Cli.Data;

public sealed class DataCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    // ---- init ----

    [Fact]
    public void Init_says_the_genesis_and_may_be_repeated()
    {
        var json = JsonNode.Parse(Run(0, "init", "--chain", "holesky", "--data", Data, "--json"))!;

        Assert.Equal("0xb5f7f912443c940f21fd611f12828d75b534364ed9e95ca4e307729a4661bde4", (string)json["genesis"]!);
        Assert.True((bool)json["isNew"]!);
        Assert.Contains("already", Run(0, "init", "--chain", "holesky", "--data", Data), StringComparison.Ordinal);
    }

    [Fact]
    public void Init_refuses_another_chain_a_foreign_folder_and_unknown_names()
    {
        Run(0, "init", "--chain", "sepolia", "--data", Data);
        Refused("holds another chain: sepolia", "init", "--chain", "hoodi", "--data", Data);
        Refused("is neither", "init", "--chain", "goerli", "--data", Data);
        string foreign = Path.GetDirectoryName(_folder.Write("theirs/photo.jpg", [1]))!;
        Refused("is not empty", "init", "--chain", "sepolia", "--data", foreign);
        Assert.Equal(["photo.jpg"], Directory.EnumerateFileSystemEntries(foreign).Select(Path.GetFileName));
    }

    [Fact]
    public void Other_forks_on_the_same_genesis_are_noticed_and_other_spaces_are_not()
    {
        string genesis = _folder.Write("genesis.json", SampleChain.Genesis);
        Run(0, "init", "--chain", genesis, "--data", Data);
        string text = Encoding.UTF8.GetString(SampleChain.Genesis);
        string spaces = text.Replace("\n", "\n ", StringComparison.Ordinal);
        string forks = text.Replace("\"max\": 6", "\"max\": 7", StringComparison.Ordinal);
        Assert.NotEqual(text, forks);
        Run(0, "init", "--chain", _folder.Write("spaces.json", Encoding.UTF8.GetBytes(spaces)), "--data", Data);
        Refused(
            "with the same genesis and other forks", "init", "--chain",
            _folder.Write("forks.json", Encoding.UTF8.GetBytes(forks)), "--data", Data);
    }

    [Fact]
    public void A_marker_that_was_edited_is_noticed()
    {
        Run(0, "init", "--chain", _folder.Write("genesis.json", SampleChain.Genesis), "--data", Data);
        string marker = Path.Combine(Data, "chain.json"), text = File.ReadAllText(marker);
        File.WriteAllText(marker, text.Replace("\"0x3b9aca00\"", "\"0x3b9aca01\"", StringComparison.Ordinal));
        Refused("was it edited?", "db", "stat", "--data", Data);
        File.WriteAllText(marker, text.Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal));
        Refused("a newer Weft wrote it", "db", "stat", "--data", Data);
    }

    [Fact]
    public void An_init_that_was_interrupted_can_be_repeated()
    {
        string genesis = _folder.Write("genesis.json", SampleChain.Genesis);
        Run(0, "init", "--chain", genesis, "--data", Data);
        File.Delete(Path.Combine(Data, "chain.json"));
        File.WriteAllText(Path.Combine(Data, "chain.json.partial"), "{");
        Run(0, "init", "--chain", genesis, "--data", Data);
        File.Delete(Path.Combine(Data, "chain.json"));
        Refused("begins with", "init", "--chain", "sepolia", "--data", Data);
    }

    [Theory]
    [InlineData("import", "genesis.json")]
    [InlineData("export", "x.rlp")]
    [InlineData("state", "account", "0x0000000000000000000000000000000000000001")]
    [InlineData("db", "stat")]
    [InlineData("db", "verify")]
    [InlineData("db", "rewind", "0")]
    [InlineData("db", "compact")]
    public void A_folder_without_chain_is_refused_with_the_remedy(params string[] command)
    {
        string genesis = _folder.Write("genesis.json", SampleChain.Genesis);
        string[] arguments = [.. command.Select(word => word == "genesis.json" ? genesis : word), "--data", Data];

        Refused("weft init --chain", arguments);
        Assert.False(Directory.Exists(Data));
    }

    [Theory]
    [InlineData("init")]
    [InlineData("import")]
    [InlineData("export")]
    [InlineData("state")]
    [InlineData("state", "account")]
    [InlineData("state", "slot")]
    [InlineData("state", "proof")]
    [InlineData("db")]
    [InlineData("db", "stat")]
    [InlineData("db", "verify")]
    [InlineData("db", "rewind")]
    [InlineData("db", "compact")]
    public void Help_ends_in_examples(params string[] command) =>
        Assert.Contains("Examples:", Run(0, [.. command, "--help"]), StringComparison.Ordinal);

    [Theory]
    [InlineData("--cache", "lots")]
    [InlineData("--cache", "99999999999G")]
    [InlineData("--threads", "0")]
    [InlineData("--durability", "never")]
    public void Options_that_cannot_be_used_are_refused(string option, string value) =>
        Refused(option, "init", "--data", Data, option, value);

    // ---- state ----

    [Fact]
    public void State_at_an_earlier_block_is_that_of_a_chain_which_ends_there()
    {
        string early = Path.Combine(_folder.Path, "early");
        ImportSample(Data, SampleChain.Length);
        ImportSample(early, 12);
        var changed = SampleChain.Blocks.SelectMany(block => block.Transactions).Select(t => t.To!.Value).Distinct();
        int differ = 0;
        foreach (var address in changed.Take(5))
        {
            string[] account = ["state", "account", address.ToString(), "--json", "--data"];
            string[] slot = ["state", "slot", address.ToString(), "0", "0x1", "2", "7", "--json", "--data"];
            Assert.Equal(Run(0, [.. account, early]), Run(0, [.. account, Data, "--block", "12"]));
            Assert.Equal(Run(0, [.. slot, early]), Run(0, [.. slot, Data, "--block", "12"]));
            string now = Run(0, [.. account, Data]).Replace("\"block\": 30", "\"block\": 12", StringComparison.Ordinal);
            if (now != Run(0, [.. account, early])) differ++;
        }
        Assert.InRange(differ, 1, 5);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(9)]
    public void Proofs_verify_against_the_header_and_show_what_the_state_commands_show(ulong block)
    {
        ImportSample(Data, SampleChain.Length);
        var header = SampleChain.Blocks[(int)block - 1].Header;
        var contract = SampleChain.Blocks.Take((int)block).SelectMany(b => b.Transactions)
            .Last(transaction => transaction.Data.Length > 0).To!.Value;
        foreach (string address in new[] { contract.ToString(), "0x00000000000000000000000000000000000000ff" })
        {
            var json = JsonNode.Parse(Run(
                0, "state", "proof", address, "3", "0x4", "99", "--block", $"{block}", "--json", "--data", Data))!;
            var account = MerkleProof.VerifyAccount(
                header.StateRoot, Address.Parse(address), Nodes(json["accountProof"]!));
            Assert.Equal(address[^2..] == "ff" ? ProofStatus.Absent : ProofStatus.Present, account.Status);
            Assert.Equal(account.StorageRoot.ToString(), (string)json["storageHash"]!);
            string shown = Run(
                0, "state", "slot", address, "3", "4", "99", "--block", $"{block}", "--json", "--data", Data);
            foreach (var slot in json["storageProof"]!.AsArray())
            {
                Assert.True(UInt256.TryParse((string)slot!["key"]!, out var key));
                var proven = MerkleProof.VerifySlot(account.StorageRoot, key, Nodes(slot["proof"]!));
                Assert.NotEqual(ProofStatus.Invalid, proven.Status);
                Assert.Equal(proven.Value.ToHex(), (string)slot["value"]!);
                Assert.Contains(Hash256.FromWord(proven.Value).ToString(), shown, StringComparison.Ordinal);
            }
        }

        static byte[][] Nodes(JsonNode list) =>
            [.. list.AsArray().Select(node => Convert.FromHexString(((string)node!)[2..]))];
    }

    [Fact]
    public void State_arguments_that_cannot_be_used_are_refused()
    {
        ImportSample(Data, 3);
        string address = SampleChain.Blocks[0].Header.Beneficiary.ToString();
        Refused("not 20 bytes", "state", "account", "0x12", "--data", Data);
        Refused("not a number", "state", "slot", address, "q", "--data", Data);
        Refused("is above the head", "state", "account", address, "--block", "4", "--data", Data);
    }

    // ---- db ----

    [Fact]
    public void Rewind_forgets_blocks_which_can_be_imported_again()
    {
        ImportSample(Data, SampleChain.Length);

        Assert.Contains("head 7 ", Run(0, "db", "rewind", "7", "--data", Data), StringComparison.Ordinal);
        Assert.Contains("nothing differs", Run(0, "db", "verify", "--data", Data), StringComparison.Ordinal);
        Refused("block 8 is above", "db", "rewind", "8", "--data", Data);
        ImportSample(Data, SampleChain.Length);
        Assert.Contains("head 30 ", Run(0, "db", "stat", "--data", Data), StringComparison.Ordinal);
    }

    [Fact]
    public void Compacted_databases_hold_the_same()
    {
        ImportSample(Data, SampleChain.Length);
        string before = Run(0, "db", "verify", "--data", Data, "--json");
        Run(0, "db", "compact", "--data", Data);

        Assert.Equal(before, Run(0, "db", "verify", "--data", Data, "--json"));
    }

    [Theory]
    [InlineData("accounts")]
    [InlineData("slots")]
    [InlineData("account-nodes")]
    [InlineData("storage-nodes")]
    [InlineData("codes")]
    [InlineData("headers")]
    [InlineData("bodies")]
    [InlineData("numbers")]
    [InlineData("canonical")]
    [InlineData("receipts")]
    [InlineData("transactions")]
    [InlineData("undo")]
    public void Verify_finds_an_entry_that_is_missing_or_changed(string table)
    {
        for (int kind = 0; kind < 2; kind++)
        {
            string data = $"{Data}-{kind}";
            ImportSample(data, 10);
            Damage(data, table, deletes: kind == 0);
            var (code, output, error) = CommandLine.Run("db", "verify", "--data", data);

            Assert.True(code == 1, $"{table}: {code}\n{output}{error}");
            Assert.DoesNotContain("nothing differs", output, StringComparison.Ordinal);
        }
    }

    private static void Damage(string data, string name, bool deletes)
    {
        using var database = Database.Open(
            Path.Combine(data, "db"), [.. StateStore.TableNames, .. ChainStore.TableNames]);
        var table = database.GetTable(name);
        using var transaction = database.BeginWrite();
        byte[] key, value;
        using (var cursor = transaction.OpenCursor(table))
        {
            cursor.MoveNext();
            cursor.MoveNext();
            if (transaction.Count(table) == 1) cursor.MoveLast();
            (key, value) = (cursor.Key.ToArray(), cursor.Value.ToArray());
        }
        if (deletes)
        {
            transaction.Delete(table, key);
        }
        else
        {
            value[^1] ^= 1;
            transaction.Put(table, key, value);
        }
        transaction.Commit();
    }

    private void ImportSample(string data, int count)
    {
        string genesis = _folder.Write("genesis.json", SampleChain.Genesis);
        string chain = _folder.Write("chain.rlp", SampleChain.Rlp(SampleChain.Blocks.Take(count)));
        Run(0, "init", "--chain", genesis, "--data", data);
        Run(0, "import", chain, "--data", data, "--cache", "8M");
    }

    private static void Refused(string message, params string[] arguments) =>
        Assert.Contains(message, Run(2, arguments), StringComparison.Ordinal);

    private static string Run(int expected, params string[] arguments)
    {
        var (code, output, error) = CommandLine.Run(arguments);
        Assert.True(code == expected, $"{string.Join(' ', arguments)}: {code}\n{output}{error}");
        return output + error;
    }
}
