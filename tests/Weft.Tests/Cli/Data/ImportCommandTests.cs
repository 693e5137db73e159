using System.IO.Compression;
using System.Text.Json.Nodes;
using Weft.Cli;
using Xunit;

namespace Weft.Tests.Cli.Data;

public sealed class ImportCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Blocks_that_are_exported_and_imported_again_give_the_same_head_and_the_same_bytes()
    {
        string file = Chain(SampleChain.Rlp(SampleChain.Blocks)), first = Init("a");
        Assert.Equal(SampleChain.Length, (int)Import(first, file)["blocks"]!);
        foreach (string name in new[] { "all.rlp", "all.rlp.gz", "all.era1" })
        {
            string exported = Path.Combine(_folder.Path, name), second = Init(name + "-data");
            Run(0, "export", exported, "--data", first);
            var report = Import(second, exported);

            Assert.Equal(SampleChain.Length, (int)report["blocks"]!);
            Assert.Equal(SampleChain.Blocks[^1].Header.Hash.ToString(), (string)report["head"]!["hash"]!);
            string again = Path.Combine(_folder.Path, "again-" + name);
            Run(0, "export", again, "--data", second);
            Assert.Equal(File.ReadAllBytes(exported), File.ReadAllBytes(again));
            Run(0, "db", "verify", "--data", second);
        }
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(_folder.Path, "all.rlp")));
    }

    [Fact]
    public void A_second_import_finds_everything_there()
    {
        string data = Init("a"), file = Chain(SampleChain.Rlp(SampleChain.Blocks));
        Import(data, file);
        var again = Import(data, file);

        Assert.Equal((0, SampleChain.Length), ((int)again["blocks"]!, (int)again["head"]!["number"]!));
    }

    [Fact]
    public void An_import_goes_on_where_another_ended()
    {
        string data = Init("a"), file = Chain(SampleChain.Rlp(SampleChain.Blocks));
        Import(data, Chain(SampleChain.Rlp(SampleChain.Blocks.Take(11)), "part.rlp"));
        var rest = Import(data, file);

        Assert.Equal((SampleChain.Length - 11, 1), ((int)rest["blocks"]!, (int)rest["known"]!));
    }

    [Fact]
    public void A_cancelled_import_ends_with_130_and_keeps_what_it_has()
    {
        string data = Init("a"), file = Chain(SampleChain.Rlp(SampleChain.Blocks));
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        using var output = new StringWriter();
        int code = new Application(output, output, false).Run(["import", file, "--data", data], cancellation.Token);

        Assert.Equal(130, code);
        Assert.Contains("the same command goes on from here", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(SampleChain.Length, (int)Import(data, file)["blocks"]!);
    }

    [Fact]
    public void An_invalid_block_is_named_with_its_place_and_those_before_stay()
    {
        string data = Init("a");
        var wrong = SampleChain.Blocks[10];
        wrong = wrong with { Header = wrong.Header with { StateRoot = wrong.Header.TransactionsRoot } };
        byte[] before = SampleChain.Rlp(SampleChain.Blocks.Take(10));
        string file = Chain([.. before, .. wrong.Encode()]);
        var (code, output, _) = CommandLine.Run("import", file, "--data", data);

        Assert.Equal(1, code);
        Assert.Contains(
            $"{file}: byte {before.Length}: block 11 is invalid: StateRootMismatch", output, StringComparison.Ordinal);
        Assert.Contains("head 10 ", output, StringComparison.Ordinal);
        Run(0, "db", "verify", "--data", data);
    }

    [Fact]
    public void A_file_that_is_cut_off_gives_its_whole_blocks_and_says_where()
    {
        string data = Init("a");
        byte[] whole = SampleChain.Rlp(SampleChain.Blocks);
        var (code, output, _) = CommandLine.Run("import", Chain(whole[..^5]), "--data", data);

        Assert.Equal(2, code);
        Assert.Contains("the file ends inside a block", output, StringComparison.Ordinal);
        Assert.Contains($"head {SampleChain.Length - 1} ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_of_another_chain_are_refused()
    {
        string data = Path.Combine(_folder.Path, "sepolia");
        Run(0, "init", "--chain", "sepolia", "--data", data);
        string rlp = Chain(SampleChain.Rlp(SampleChain.Blocks)), era = Path.Combine(_folder.Path, "x.era1");
        Import(Init("a"), rlp);
        Run(0, "export", era, "--data", Path.Combine(_folder.Path, "a"));

        Assert.Contains("is not there", Run(2, "import", rlp, "--data", data), StringComparison.Ordinal);
        Assert.Contains("begins with genesis 0x", Run(2, "import", era, "--data", data), StringComparison.Ordinal);
        Assert.Contains(
            "cannot follow the head, which is 0",
            Run(2, "import", Chain(SampleChain.Rlp(SampleChain.Blocks.Skip(2)), "gap.rlp"), "--data", data),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_ends_below_the_head_must_still_be_of_this_chain()
    {
        string data = Init("a");
        Import(data, Chain(SampleChain.Rlp(SampleChain.Blocks)));
        var foreign = SampleChain.Blocks[4];
        foreign = foreign with { Header = foreign.Header with { ParentHash = foreign.Header.MixHash } };

        Assert.Equal(0, (int)Import(data, Chain(SampleChain.Rlp(SampleChain.Blocks.Take(9))))["blocks"]!);
        Run(2, "import", Chain(foreign.Encode()), "--data", data);
    }

    [Fact]
    public void A_valid_block_beside_the_chain_is_kept_there()
    {
        string data = Init("a");
        Import(data, Chain(SampleChain.Rlp(SampleChain.Blocks)));
        var beside = SampleChain.Blocks[20];
        beside = beside with { Header = beside.Header with { ExtraData = new byte[] { 1 } } };
        var report = Import(data, Chain(beside.Encode()));

        Assert.Equal((1, SampleChain.Length), ((int)report["blocks"]!, (int)report["head"]!["number"]!));
        Run(0, "db", "verify", "--data", data);
    }

    [Fact]
    public void Entries_of_archives_are_read_by_name_and_a_single_one_without()
    {
        string zip = Path.Combine(_folder.Path, "chain.zip");
        using (var archive = ZipFile.Open(zip, ZipArchiveMode.Create))
        {
            using var entry = archive.CreateEntry("deep/chain.rlp").Open();
            entry.Write(SampleChain.Rlp(SampleChain.Blocks));
        }
        string data = Init("a");
        Assert.Equal(SampleChain.Length, (int)Import(data, $"{zip}!deep/chain.rlp")["blocks"]!);
        Assert.Equal(0, (int)Import(data, zip)["blocks"]!);
        Assert.Contains("deep/chain.rlp", Run(2, "import", $"{zip}!x", "--data", data), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--from", "31")]
    [InlineData("--to", "31")]
    [InlineData("--from", "9", "--to", "8")]
    public void Export_of_blocks_that_are_not_there_is_refused(params string[] range)
    {
        string data = Init("a");
        Import(data, Chain(SampleChain.Rlp(SampleChain.Blocks)));

        Run(2, ["export", Path.Combine(_folder.Path, "x"), "--data", data, .. range]);
        Assert.False(File.Exists(Path.Combine(_folder.Path, "x")));
    }

    private string Init(string name)
    {
        string genesis = _folder.Write("genesis.json", SampleChain.Genesis), data = Path.Combine(_folder.Path, name);
        Run(0, "init", "--chain", genesis, "--data", data);
        return data;
    }

    private string Chain(byte[] bytes, string name = "chain.rlp") => _folder.Write(name, bytes);

    private static JsonNode Import(string data, string file) =>
        JsonNode.Parse(Run(0, "import", file, "--data", data, "--json", "--cache", "8M"))!;

    private static string Run(int expected, params string[] arguments)
    {
        var (code, output, error) = CommandLine.Run(arguments);
        Assert.True(code == expected, $"{string.Join(' ', arguments)}: {code}\n{output}{error}");
        return output + error;
    }
}
