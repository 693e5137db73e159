using Weft.State.Store;

namespace Weft.Tests.State.Store;

/// <summary>A folder of a test, deleted with it. On the disk, not in memory, where it is to be like in
/// earnest.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("weft-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string DataFile => this[Database.DataFileName];

    public Database Open(Durability durability = Durability.Seconds, string? boot = null) => Database.Open(
        Path, ["t"], new()
        {
            Durability = durability, Boot = boot ?? SystemBoot.Id, SyncInterval = TimeSpan.FromHours(1),
        });

    /// <summary>The exception with which it refuses to open.</summary>
    public DatabaseException Refuses(DatabaseError error, DatabaseOptions? options = null)
    {
        var thrown = Xunit.Assert.Throws<DatabaseException>(() => Database.Open(Path, ["t"], options).Dispose());
        Xunit.Assert.Equal(error, thrown.Error);
        Xunit.Assert.Contains(Path, thrown.Message);
        return thrown;
    }

    /// <summary>Every file's name and content.</summary>
    public Dictionary<string, string> Snapshot() => Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories)
        .ToDictionary(file => file, file => Convert.ToHexString(File.ReadAllBytes(file)));

    public TestFolder Copy()
    {
        var copy = new TestFolder();
        foreach (string file in Directory.EnumerateFiles(Path))
            File.Copy(file, copy[System.IO.Path.GetFileName(file)]);
        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
