using System.IO.Compression;
using System.Text.Json.Nodes;
using Weft.Cli.Input;
using Weft.Cli.Replay;
using Xunit;

namespace Weft.Conformance.Replay;

/// <summary>Real blocks that run on their Merkle witness alone, by the code of `weft replay`.</summary>
public sealed class WitnessReplay
{
    private const string Archive = "mainnet/witness.zip";

    /// <summary>Two of them are said to lack a sibling node. They lack it where changes are made one by one; here all
    /// changes of a branch are made at once, and nobody asks for it.</summary>
    [Fact]
    public void Every_block_is_proven_from_the_state_root_before_to_the_one_after()
    {
        if (Fixtures.Path(Archive) is not { } path) return;
        using var folder = InputFolder.Open(path);
        var reader = new BlockFileReader(folder);
        using var replay = new BlockReplay();
        int proven = 0;

        foreach (string name in BlockFileReader.FindBlocks(folder))
        {
            var result = replay.Replay(reader.Read(name));
            Assert.True(result.IsProven, $"{name}: {result.Difference} {result.Unproven}");
            Assert.Contains("state root before", result.Proven);
            Assert.Contains("state root after", result.Proven);
            proven++;
        }

        Console.WriteLine($"witness: {proven} blocks proven, state roots before and after");
        Assert.Equal(12, proven);
    }

    /// <summary>Without the nodes after the block, siblings are missing where branches fall together: the rest is still
    /// proven, and the node is named.</summary>
    [Fact]
    public void A_missing_sibling_is_named_and_the_rest_is_proven()
    {
        if (Fixtures.Path(Archive) is not { } path) return;
        var result = ReplayChanged(path, "witness/2675000.json", file =>
        {
            var nodes = file["witness"]!["nodes"]!.AsArray();
            while (nodes.Count > (int)file["witness"]!["preNodes"]!) nodes.RemoveAt(nodes.Count - 1);
        });

        Assert.Null(result.Difference);
        Assert.Contains("state root before", result.Proven);
        Assert.DoesNotContain("state root after", result.Proven);
        Assert.Contains(
            "lacks the node at path 'a876da9' with the hash 0xd4af4dc6", result.Unproven, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_whose_witness_lacks_what_it_reads_is_not_proven_and_the_next_one_is()
    {
        if (Fixtures.Path(Archive) is not { } path) return;
        var result = ReplayChanged(path, "witness/4370000.json", file => file["witness"]!["codes"]!.AsArray().Clear());
        Assert.Contains("lacks the code", result.Unproven, StringComparison.Ordinal);
        result = ReplayChanged(path, "witness/4370000.json", file => file["witness"]!["nodes"]!.AsArray().RemoveAt(5));
        Assert.Contains("lacks the node", result.Unproven, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parent_that_is_not_the_parent_is_refused()
    {
        if (Fixtures.Path(Archive) is not { } path) return;
        var wrong = Assert.Throws<InputException>(() => ReplayChanged(
            path, "witness/1.json", file => file["parent"]!["gasUsed"] = "0x1"));
        Assert.Contains("contradiction", wrong.Message, StringComparison.Ordinal);
        wrong = Assert.Throws<InputException>(() => ReplayChanged(
            path, "witness/1.json", file => file["witness"]!["preStateRoot"] = "0x" + new string('1', 64)));
        Assert.Contains("the parent's state root", wrong.Message, StringComparison.Ordinal);
    }

    private static ReplayResult ReplayChanged(string path, string name, Action<JsonNode> change)
    {
        string folderPath = Directory.CreateTempSubdirectory("weft-witness-").FullName;
        try
        {
            using (var archive = ZipFile.OpenRead(path))
            using (var stream = archive.GetEntry(name)!.Open())
            {
                var file = JsonNode.Parse(stream)!;
                change(file);
                File.WriteAllText(Path.Combine(folderPath, Path.GetFileName(name)), file.ToJsonString());
            }
            using var folder = InputFolder.Open(folderPath);
            using var replay = new BlockReplay();
            return replay.Replay(new BlockFileReader(folder).Read(Path.GetFileName(name)));
        }
        finally
        {
            Directory.Delete(folderPath, recursive: true);
        }
    }
}
