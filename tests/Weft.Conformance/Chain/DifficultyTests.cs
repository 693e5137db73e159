using System.Text.Json;
using Weft.Chain.Validation;
using Weft.Cli.StateTests;
using Weft.Conformance.Primitives;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Xunit;

namespace Weft.Conformance.Chain;

/// <summary>The difficulty vectors of ethereum/tests.</summary>
public sealed class DifficultyTests
{
    private static readonly ForkSchedule Ropsten = new(
        3,
        [
            ForkActivation.AtNumber(Fork.Homestead, 0), ForkActivation.AtNumber(Fork.Byzantium, 1_700_000),
            ForkActivation.AtNumber(Fork.Constantinople, 4_230_000),
        ]);

    [Fact]
    public void Difficulties_are_those_of_the_vectors()
    {
        using var archive = Fixtures.OpenZip("ethereum-tests/BasicTests.zip");
        if (archive is null) return;
        int count = 0, files = 0;
        foreach (var entry in archive.Entries)
        {
            if (!entry.Name.StartsWith("difficulty", StringComparison.Ordinal)) continue;
            using var json = Json.Parse(entry);
            int before = count;
            Check(json.RootElement, ScheduleOf(entry.Name), entry.FullName, ref count);
            Assert.True(count > before, $"{entry.FullName} holds no vector");
            files++;
        }
        Console.WriteLine($"difficulty: {count} vectors of {files} files");
        Assert.Equal(22, files);
        Assert.Equal(23600, count);
    }

    /// <summary>The older files name a chain and go by its schedule.</summary>
    private static ForkSchedule ScheduleOf(string file) => file switch
    {
        "difficultyRopsten.json" => Ropsten,
        "difficultyCustomHomestead.json" => ForkSchedule.Always(Fork.Homestead),
        _ => ForkSchedule.Mainnet,
    };

    /// <summary>The newer files have a level that names the fork.</summary>
    private static void Check(JsonElement level, ForkSchedule schedule, string place, ref int count)
    {
        foreach (var member in level.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Object || member.Name == "_info") continue;
            string name = $"{place}/{member.Name}";
            if (member.Value.TryGetProperty("currentDifficulty", out _))
            {
                Check(member.Value, schedule, name);
                count++;
                continue;
            }
            var below = ForkNames.TryParse(member.Name, out var fork) ? ForkSchedule.Always(fork) : schedule;
            Check(member.Value, below, name, ref count);
        }
    }

    private static void Check(JsonElement vector, ForkSchedule schedule, string name)
    {
        ulong number = vector.Word("currentBlockNumber"), timestamp = vector.Word("currentTimestamp");
        var found = Difficulty.Of(
            number, timestamp, vector.Word("parentTimestamp"), vector.Value("parentDifficulty"), HasOmmers(vector),
            schedule.RulesAt(number, 0));
        Assert.True(vector.Value("currentDifficulty") == found, $"{name}: {found}");
    }

    /// <summary>Zero or one in the newer files, the hash of the list in the older ones, or nothing.</summary>
    private static bool HasOmmers(JsonElement vector)
    {
        if (!vector.TryGetProperty("parentUncles", out _)) return false;
        return vector.Value("parentUncles") is { IsZero: false } ommers
            && Hash256.FromWord(ommers) != Hash256.OfEmptyList;
    }
}
