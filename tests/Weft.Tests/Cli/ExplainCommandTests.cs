using System.Text.Json;
using System.Xml.Linq;
using Xunit;

namespace Weft.Tests.Cli;

public sealed class ExplainCommandTests
{
    private static readonly string[] SmallBlock =
        ["--workload", "nft-mint", "--contention", "1", "--transactions", "40", "--repeat", "2"];

    [Fact]
    public void A_counter_that_all_increase_is_named_as_what_serialises_the_block()
    {
        var (code, text, error) = CommandLine.Run(["explain", "--threads", "2", .. SmallBlock]);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("40 transactions", text, StringComparison.Ordinal);
        Assert.Contains("optimistic on 2 threads", text, StringComparison.Ordinal);
        Assert.Contains("the longest chain", text, StringComparison.Ordinal);
        Assert.Contains("storage of 0x", text, StringComparison.Ordinal);
        Assert.Contains("SLOAD at pc", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_the_whole_chain_its_locations_and_every_event()
    {
        var (code, text, _) = CommandLine.Run(["explain", "--cores", "4", "--json", .. SmallBlock]);

        Assert.Equal(0, code);
        var block = JsonDocument.Parse(text).RootElement.GetProperty("blocks")[0];
        var links = block.GetProperty("chain").GetProperty("links").EnumerateArray().ToArray();
        Assert.InRange(links.Length, 20, 40);
        Assert.All(links, link => Assert.NotEmpty(link.GetProperty("locations").EnumerateArray()));
        Assert.InRange(block.GetProperty("parallelism").GetDouble(), 1, 3);
        var spot = block.GetProperty("hotSpots")[0];
        Assert.True(spot.GetProperty("parallelismWithout").GetDouble() > block.GetProperty("parallelism").GetDouble());
        Assert.Equal("SLOAD", spot.GetProperty("read").GetProperty("opcode").GetString());
        var executed = block.GetProperty("events").EnumerateArray()
            .Where(done => done.GetProperty("kind").GetString() == "Execute")
            .Select(done => done.GetProperty("transaction").GetInt32()).Distinct();
        Assert.Equal(Enumerable.Range(1, 40), executed.Order());
        Assert.Equal(42, block.GetProperty("costsMicroseconds").GetArrayLength());
    }

    [Theory]
    [InlineData("optimistic", 3)]
    [InlineData("declared", 20)]
    public void The_timeline_is_a_well_formed_picture_with_a_lane_for_each_worker(string strategy, int cores)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "timeline.svg");

        var (code, _, error) = CommandLine.Run(
            ["explain", "--strategy", strategy, "--cores", $"{cores}", "--svg", path, .. SmallBlock]);

        Assert.Equal((0, ""), (code, error));
        var svg = XDocument.Load(path).Root!;
        var rectangles = svg.Descendants(svg.Name.Namespace + "rect").ToArray();
        Assert.Equal(cores, rectangles.Count(rectangle => rectangle.Attribute("class")!.Value == "lane"));
        Assert.True(rectangles.Count(rectangle => rectangle.Element(svg.Name.Namespace + "title") is not null) >= 5);
        Assert.Contains("prefers-color-scheme: dark", svg.ToString(), StringComparison.Ordinal);
        double width = (double)svg.Attribute("width")!;
        Assert.All(rectangles, rectangle => Assert.InRange(
            (double)rectangle.Attribute("x")! + (double)rectangle.Attribute("width")!, 0, width));
    }

    [Fact]
    public void What_cannot_be_shown_is_said_in_one_line()
    {
        var (code, _, error) = CommandLine.Run(["explain", "--strategy", "serial", "--svg", "x.svg", .. SmallBlock]);
        Assert.Equal(2, code);
        Assert.Contains("executed serially", error, StringComparison.Ordinal);

        (code, _, error) = CommandLine.Run(["explain", "--cores", "2", "--strategy", "auto", .. SmallBlock]);
        Assert.Equal(2, code);
        Assert.Contains("--cores: goes with", error, StringComparison.Ordinal);

        (code, _, error) = CommandLine.Run("explain", "nowhere.zip");
        Assert.Equal(2, code);
        Assert.Contains("no such file", error, StringComparison.Ordinal);
    }
}
