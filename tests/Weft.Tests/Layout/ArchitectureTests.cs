using System.Xml.Linq;
using Weft.Cli;
using Xunit;

namespace Weft.Tests.Layout;

/// <summary>The assemblies only look down: every project file is compared with this table.</summary>
public sealed class ArchitectureTests
{
    /// <summary>What a project may name. What those name in turn comes with them.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Weft.Primitives"] = [],
        ["Weft.Evm"] = ["Weft.Primitives"],
        ["Weft.State"] = ["Weft.Primitives"],
        ["Weft.Execution"] = ["Weft.Evm", "Weft.State"],
        ["Weft.Chain"] = ["Weft.Execution"],
        ["Weft.Node"] = ["Weft.Chain"],
        // Until there is a node, the command calls execution itself.
        ["Weft.Cli"] = ["Weft.Execution", "Weft.Chain", "Weft.Node"],
    };

    private static string Sources => Path.Combine(Repository.Root!, "src");

    private static IEnumerable<string> Projects =>
        Directory.EnumerateFiles(Sources, "*.csproj", SearchOption.AllDirectories);

    [Fact]
    public void A_project_names_only_those_right_below_it()
    {
        foreach (string project in Projects)
        {
            string name = Path.GetFileNameWithoutExtension(project);
            Assert.True(Allowed.TryGetValue(name, out var allowed), $"{name} is not in the table of assemblies");
            Assert.Empty(References(project).Except(allowed!).Select(reference => $"{name} must not name {reference}"));
        }
    }

    [Fact]
    public void Every_assembly_that_is_named_exists()
    {
        var names = Projects.Select(Path.GetFileNameWithoutExtension).ToHashSet();

        Assert.Contains("Weft.Primitives", names);
        Assert.All(Projects.SelectMany(References), reference => Assert.Contains(reference, names));
    }

    /// <summary>Below the command a package needs a decision in docs/decisions: Iced has 4, IronSnappy 7.</summary>
    private static readonly string[] PackagesWithDecision = ["Weft.Chain: IronSnappy", "Weft.Evm: Iced"];

    [Fact]
    public void Packages_below_the_command_are_those_that_a_decision_allows()
    {
        var used = Projects.Where(path => !path.EndsWith("Weft.Cli.csproj", StringComparison.Ordinal)).SelectMany(
            path => XDocument.Load(path).Descendants("PackageReference").Select(package =>
                $"{Path.GetFileNameWithoutExtension(path)}: {package.Attribute("Include")!.Value}"));

        Assert.Equal(PackagesWithDecision, used.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> References(string project) => XDocument.Load(project)
        .Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
}
