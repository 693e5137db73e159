using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Weft.Cli.Input;
using Xunit;

namespace Weft.Tests.Cli;

/// <summary>Whatever a file holds, the command says in one line what is wrong and where, and ends with exit code 2.
/// </summary>
public sealed class HostileInputTests
{
    private const string BlockName = "blocks/19500000.json";

    [Theory]
    [InlineData("--repeat'. See: weft --help", "forecast", "--repeat", "abc")]
    [InlineData("--contention'. See: weft --help", "workload", "swaps-64", "--contention", "z")]
    [InlineData(" bench node --help", "bench", "node", "--rate", "0")]
    [InlineData("--lists goes with --strategy auto", "forecast", "--lists")]
    [InlineData("leave --peer out", "bench", "node", "--minutes", "1", "--peer", "anvil")]
    public void An_option_that_makes_no_sense_is_one_line_that_names_it(string expected, params string[] arguments)
    {
        var (code, _, error) = CommandLine.Run(arguments);
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("replay")]
    [InlineData("statetest")]
    [InlineData("bench", "programs", "--file")]
    [InlineData("run", "--file")]
    [InlineData("bench", "blocks", "--file")]
    public void A_path_that_does_not_exist_is_named(params string[] command)
    {
        string error = Refused([.. command, "/no/such/place.zip"]);

        Assert.Contains("/no/such/place.zip", error, StringComparison.Ordinal);
        Assert.Contains("no such file or folder", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(50)]
    [InlineData(90)]
    [InlineData(99)]
    public void A_truncated_archive_is_refused(int percent)
    {
        using var folder = new TemporaryFolder();
        var archive = Zip(TemporaryFolder.Sample);
        string path = folder.Write("cut.zip", archive[..(archive.Length * percent / 100)]);

        Assert.Contains("cut.zip", Refused("replay", path), StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_that_unpacks_to_more_than_the_limit_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "bomb.zip");
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Create))
        using (var entry = archive.CreateEntry("1.json", CompressionLevel.Fastest).Open())
        {
            var zeros = new byte[1 << 20];
            for (int i = 0; i <= InputFolder.EntryLengthMax >> 20; i++) entry.Write(zeros);
        }

        string error = Refused("replay", path);

        Assert.Contains("bomb.zip/1.json", error, StringComparison.Ordinal);
        Assert.Contains("longer than the limit", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_that_lies_about_its_length_is_refused()
    {
        using var folder = new TemporaryFolder();
        var archive = Zip(
            new Dictionary<string, byte[]> { ["1.json"] = Encoding.UTF8.GetBytes(new string(' ', 10_000) + "{}") });
        // The central directory begins with PK\1\2; the unpacked length stands 24 bytes further on.
        int directory = archive.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        archive[directory + 24] = 5;
        archive[directory + 25] = 0;
        string path = folder.Write("lie.zip", archive);

        Assert.Contains("lie.zip/1.json", Refused("replay", path), StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("1.json", Encoding.UTF8.GetBytes(new string('[', 100_000)));

        Assert.Contains("not valid JSON", Refused("replay", path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_is_given_twice_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("1.json", """{"block": {}, "block": {}}"""u8.ToArray());

        Assert.Contains("not valid JSON", Refused("replay", path), StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        using var folder = new TemporaryFolder();
        string asName = folder.Write("1.json", Encoding.UTF8.GetBytes("""{"\ud800": {}}"""));
        string asValue = folder.Write(
            "2.json",
            Encoding.UTF8.GetBytes(RunCommandTests.ProgramJson.Replace("double", @"\ud800", StringComparison.Ordinal)));

        Assert.Contains("not valid Unicode", Refused("statetest", asName), StringComparison.Ordinal);
        Assert.Contains("not valid Unicode", Refused("run", "--file", asValue), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_folder_is_refused()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("holds no block file", Refused("replay", folder.Path), StringComparison.Ordinal);
        Assert.Contains("holds no .json file", Refused("statetest", folder.Path), StringComparison.Ordinal);
    }

    // Each: what stands where, and what the message must say.
    [Theory]
    [InlineData("block.number", "\"0xzz\"", "block.number: not a number")]
    [InlineData("block.number", "\"0x123456789abcdef0123\"", "block.number: more than 64 bits")]
    [InlineData("block.number", null, "block: \"number\" is missing")]
    [InlineData("block.gasUsed", "21000.5", "block.gasUsed: not a whole number")]
    [InlineData("block.baseFeePerGas", "\"0x1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\"",
        "block.baseFeePerGas: not a number")]
    [InlineData("block.stateRoot", "\"0x12\"", "block.stateRoot: a hash has 32 bytes, here are 1")]
    [InlineData("block.miner", "\"0x1234\"", "block.miner: an address has 20 bytes, here are 2")]
    [InlineData("block.logsBloom", "\"0x00\"", "block.logsBloom: a bloom has 256 bytes")]
    [InlineData("block.extraData", "\"0x0\"", "block.extraData: not hexadecimal bytes")]
    [InlineData("block.gasUsed", "\"0x5208\"", "block.hash: contradiction")]
    [InlineData("block.transactions[1].nonce", "\"0x9\"", "block.transactions[1].hash: contradiction")]
    [InlineData("block.transactions[0].from", "\"0x00000000000000000000000000000000000000aa\"",
        "block.transactions[0].from: contradiction")]
    [InlineData("block.transactions[0].v", "\"0x0\"", "block.transactions[0].v: not 27, 28 or at least 35")]
    [InlineData("block.transactions[2].yParity", "\"0x7\"", "block.transactions[2].yParity: contradicts v")]
    [InlineData("block.transactions[2].type", "\"0x5\"", "block.transactions[2].type: no type 5 is known")]
    [InlineData("block.transactions[2].chainId", "\"0x2\"", "block.transactions[2].hash: contradiction")]
    [InlineData("block.transactions", "{}", "block.transactions: should be an array, is an object")]
    [InlineData("block.transactions[5]", null, "block.transactionsRoot: contradiction")]
    [InlineData("block.withdrawals[0].amount", "\"0x1\"", "block.withdrawalsRoot: contradiction")]
    [InlineData("blockHashes.19499999", "\"0x0000000000000000000000000000000000000000000000000000000000000000\"",
        "contradiction: the parent hash")]
    [InlineData("receipts[0]", null, "receipts: 5 receipts for 6 transactions")]
    [InlineData("alloc", "[]", "alloc: should be an object, is an array")]
    public void What_is_wrong_in_a_block_file_is_named(string place, string? json, string message)
    {
        using var folder = TemporaryFolder.WithSample();
        var root = JsonNode.Parse(TemporaryFolder.Sample[BlockName])!;
        Replace(root, place, json);
        string path = folder.Write(BlockName, Encoding.UTF8.GetBytes(root.ToJsonString()));

        string error = Refused("replay", path);

        Assert.Contains(BlockName, error, StringComparison.Ordinal);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_code_that_is_not_what_its_hash_says_is_refused()
    {
        using var folder = TemporaryFolder.WithSample();
        var codes = JsonNode.Parse(TemporaryFolder.Sample["codes.json"])!.AsObject();
        foreach (string name in codes.Select(pair => pair.Key).ToArray()) codes[name] = "0x5b";
        folder.Write("codes.json", Encoding.UTF8.GetBytes(codes.ToJsonString()));

        Assert.Contains("codes.json", Refused("replay", folder.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "--code", "0x123")]
    [InlineData("run", "--code", "zz")]
    [InlineData("run")]
    [InlineData("run", "--code", "00", "--fork", "Nowhere")]
    [InlineData("run", "--code", "00", "--gas", "-1")]
    [InlineData("run", "--code", "00", "--gas", "18446744073709551615")]
    [InlineData("replay", "--repeat", "-1")]
    [InlineData("replay", "--block", "x")]
    [InlineData("replay", "--nonsense")]
    [InlineData("statetest")]
    [InlineData("nonsense")]
    [InlineData("bench", "programs", "--peer", "somebody")]
    [InlineData("bench", "programs", "--repeat", "0")]
    public void Arguments_that_cannot_be_used_are_refused(params string[] arguments) => Refused(arguments);

    /// <summary>Runs the command, checks that it refuses in one line with exit code 2, and gives the line.</summary>
    private static string Refused(params string[] arguments)
    {
        var (code, _, error) = CommandLine.Run(arguments);
        Assert.Equal(2, code);
        Assert.EndsWith(Environment.NewLine, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error[..^Environment.NewLine.Length]);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.StartsWith("weft: ", error, StringComparison.Ordinal);
        return error;
    }

    internal static byte[] Zip(IReadOnlyDictionary<string, byte[]> files)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, bytes) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(bytes);
            }
        return stream.ToArray();
    }

    /// <summary>Puts JSON at a place like a.b[0].c, or removes what is there.</summary>
    private static void Replace(JsonNode root, string place, string? json)
    {
        var steps = place.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        var parent = steps[..^1].Aggregate(root, (node, step) => step[0] == '[' ? node[Index(step)]! : node[step]!);
        var value = json is null ? null : JsonNode.Parse(json);
        if (steps[^1][0] == '[')
        {
            if (value is null) parent.AsArray().RemoveAt(Index(steps[^1]));
            else parent[Index(steps[^1])] = value;
        }
        else if (value is null) parent.AsObject().Remove(steps[^1]);
        else parent[steps[^1]] = value;
    }

    private static int Index(string step) => int.Parse(step[1..^1], System.Globalization.CultureInfo.InvariantCulture);
}
