using System.IO.Compression;
using Weft.Cli;
using Xunit;

namespace Weft.EndToEnd;

/// <summary>
/// Consensus clients drive weft node through the Engine API until blocks are final. One fork; with WEFT_SLOW=1 all of
/// them, and three Lodestar nodes on three of Weft, one of which is killed in the middle.
/// </summary>
public sealed class ConsensusTests : IDisposable
{
    private static readonly bool IsSlow = Environment.GetEnvironmentVariable("WEFT_SLOW") == "1";

    private readonly string _folder = Directory.CreateTempSubdirectory("weft-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_consensus_driver_makes_blocks_with_all_types_of_transactions_final()
    {
        string? vectors = Repository.Fixture("rpc-compat.zip"), driver = Repository.Fixture("../consensus/driver.mjs");
        if (vectors is null || driver is null)
        {
            Console.WriteLine("skipped: there is no consensus driver beside the repository");
            return;
        }
        if (!Clients.AreInstalled()) return;
        string contracts = Path.Combine(_folder, "genesis.json");
        using (var archive = ZipFile.OpenRead(vectors)) archive.GetEntry("genesis.json")!.ExtractToFile(contracts);
        string[] forks = IsSlow ? ["capella", "deneb", "electra", "fulu"] : ["deneb"];
        string folder = Path.GetDirectoryName(driver)!;
        string[] arguments = ["consensus.mjs", "--weft", Clients.Weft, "--driver", folder, "--contracts", contracts];
        Clients.Run(TimeSpan.FromMinutes(8), [.. arguments, .. forks]);
    }

    [Fact]
    public void Three_Lodestar_nodes_agree_when_one_of_three_nodes_was_killed()
    {
        if (!IsSlow || !Clients.AreInstalled()) return;
        Clients.Run(TimeSpan.FromMinutes(14), ["lodestar.mjs", "--weft", Clients.Weft]);
    }
}
