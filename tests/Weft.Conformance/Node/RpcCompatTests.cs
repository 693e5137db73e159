using System.IO.Compression;
using Xunit;

namespace Weft.Conformance.Node;

/// <summary>The requests and responses of execution-apis, played against a node over HTTP.</summary>
public sealed class RpcCompatTests
{
    private const string Archive = "rpc-compat.zip";

    /// <summary>Cases that are equal. Raise it with every one that is won.</summary>
    private const int ExpectedEqual = 161;

    [Fact]
    public async Task Every_case_of_execution_apis_is_answered_as_it_says()
    {
        if (Fixtures.OpenZip(Archive) is not { } zip) return;
        using (zip)
        {
            await using var fixture = await RpcCompatNode.StartAsync(zip);
            var differences = new SortedDictionary<string, string>(StringComparer.Ordinal);
            int equal = 0;
            foreach (ZipArchiveEntry entry in zip.Entries)
            {
                if (!entry.FullName.EndsWith(".io", StringComparison.Ordinal)) continue;
                if (await fixture.PlayAsync(RpcCase.Read(entry)) is { } difference)
                    differences.Add(entry.FullName, difference);
                else equal++;
            }
            foreach (var (name, difference) in differences) Console.WriteLine($"rpc-compat: {name}: {difference}");
            Console.WriteLine($"rpc-compat: {equal} equal, {differences.Count} different");
            Assert.Equal(ExpectedEqual, equal);
        }
    }
}
