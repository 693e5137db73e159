using System.Text;
using System.Text.Json;
using Weft.Chain;
using Weft.Chain.BuiltIn;
using Weft.Cli.Chains;
using Weft.Cli.Input;
using Weft.Primitives;
using Weft.State.Store;

namespace Weft.Cli.Data;

/// <summary>
/// A folder that holds a chain: chain.json says which, genesis.json is there for a chain that is not built in, and the
/// database lies in db. chain.json is written last, so a folder that has one is complete.
/// </summary>
internal sealed class DataFolder
{
    private const string ChainFile = "chain.json", GenesisFile = "genesis.json", DatabaseFolder = "db";
    private const int Format = 1;

    private DataFolder(string path, ChainSpec spec) => (Path, Spec) = (path, spec);

    /// <summary>weft in the user's folder for data ($XDG_DATA_HOME, else ~/.local/share).</summary>
    public static string DefaultPath => System.IO.Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.None),
        "weft");

    public string Path { get; }

    public ChainSpec Spec { get; }

    public static bool Exists(string path) => File.Exists(System.IO.Path.Combine(path, ChainFile));

    /// <summary>What a command on a chain opens.</summary>
    public static DataFolder Open(string path)
    {
        if (!Exists(path))
            throw new InputException(
                path, "", Directory.Exists(path) ? "holds no chain" : "there is no such folder",
                $"weft init --chain NAME --data {path}");
        using var file = InputFile.Open(System.IO.Path.Combine(path, ChainFile));
        var json = JsonCursor.Parse(file.ReadAll(), file.Path);
        if (json["format"].Number() is not Format and var format)
            throw json["format"].Error($"format {format} is not known", "a newer Weft wrote it");
        string name = json["name"].Text();
        var spec = json.Has("genesis")
            ? ReadGenesis(System.IO.Path.Combine(path, GenesisFile), name)
            : BuiltInChains.Find(name) ?? throw json["name"].Error($"no chain {name} is built in");
        return spec.Genesis.Header.Hash == json["genesisHash"].Hash()
            ? new(path, spec)
            : throw json["genesisHash"].Error(
                $"the genesis has the hash {spec.Genesis.Header.Hash} now", $"{GenesisFile} was changed");
    }

    /// <summary>Makes a folder hold a chain. A folder that holds the same chain is left as it is.</summary>
    /// <param name="path">The folder; it is created where it is missing.</param>
    /// <param name="chain">The name of a built-in chain, or a genesis file.</param>
    /// <param name="isNew">False where it was there before.</param>
    public static DataFolder Create(string path, string chain, out bool isNew)
    {
        var (spec, genesis) = FindChain(chain);
        isNew = !Exists(path);
        if (!isNew)
        {
            var there = Open(path);
            if (there.Spec.Genesis.Header.Hash != spec.Genesis.Header.Hash || there.IsBuiltIn != genesis is null)
                throw new InputException(path, "", $"holds another chain: {there.Spec.Name}", "name another --data");
            if (genesis is not null && !genesis.AsSpan().SequenceEqual(File.ReadAllBytes(there.GenesisPath)))
                throw new InputException(
                    path, GenesisFile, "differs, with the same genesis hash", "forks cannot be changed in place");
            return there;
        }
        try
        {
            Directory.CreateDirectory(path);
            if (Directory.EnumerateFileSystemEntries(path).Any(IsForeign))
                throw new InputException(path, "", "is not empty and holds no chain", "name a new folder");
            var folder = new DataFolder(path, spec);
            if (genesis is not null) AtomicFile.Write(folder.GenesisPath, genesis);
            AtomicFile.Write(System.IO.Path.Combine(path, ChainFile), WriteMarker(spec, genesis is not null));
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, "", e.Message);
        }
    }

    /// <summary>Opens the chain; the genesis is written where the database is new.</summary>
    public OpenChain OpenChain(DataSettings settings)
    {
        var database = OpenDatabase(settings.Durability);
        try
        {
            var options = new ChainOptions { CacheBytes = settings.CacheBytes, Threads = settings.Threads };
            return new(database, Blockchain.Open(database, Spec, options));
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public Database OpenDatabase(Durability durability) => Database.Open(
        DatabasePath, [.. StateStore.TableNames, .. ChainStore.TableNames],
        new DatabaseOptions { Durability = durability });

    /// <summary>Bytes of the files of the database.</summary>
    public long DatabaseLength => new DirectoryInfo(DatabasePath).EnumerateFiles().Sum(file => file.Length);

    public string DatabasePath => System.IO.Path.Combine(Path, DatabaseFolder);

    private bool IsBuiltIn => !File.Exists(GenesisPath);

    private string GenesisPath => System.IO.Path.Combine(Path, GenesisFile);

    /// <summary>What an interrupted <see cref="Create"/> leaves is ours.</summary>
    private static bool IsForeign(string entry) =>
        System.IO.Path.GetFileName(entry) is not (GenesisFile or GenesisFile + AtomicFile.Suffix
            or ChainFile + AtomicFile.Suffix);

    private static (ChainSpec Spec, byte[]? Genesis) FindChain(string chain)
    {
        if (BuiltInChains.Find(chain) is { } spec) return (spec, null);
        if (!File.Exists(chain) && !chain.Contains('!'))
            throw new InputException(
                chain, "", "is neither a chain that is built in nor a file",
                $"{string.Join(", ", BuiltInChains.Names)}, or a genesis.json");
        using var file = InputFile.Open(chain);
        byte[] bytes = file.ReadAll();
        return (GenesisReader.Read(bytes, chain, NameOf(bytes)), bytes);
    }

    private static ChainSpec ReadGenesis(string path, string name)
    {
        using var file = InputFile.Open(path);
        return GenesisReader.Read(file.ReadAll(), path, name);
    }

    /// <summary>A chain of one's own has no name; its id tells more than that of the file.</summary>
    private static string NameOf(byte[] genesis)
    {
        var json = JsonCursor.Parse(genesis, "genesis");
        return json.TryGet("config", out var config) && config.TryGet("chainId", out var id)
            ? $"chain {id.Quantity64()}"
            : "chain";
    }

    private static byte[] WriteMarker(ChainSpec spec, bool hasGenesis)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("format", Format);
            writer.WriteString("name", spec.Name);
            if (hasGenesis) writer.WriteString("genesis", GenesisFile);
            writer.WriteString("genesisHash", spec.Genesis.Header.Hash.ToString());
            writer.WriteEndObject();
        }
        return [.. stream.ToArray(), (byte)'\n'];
    }
}

/// <summary>A chain with its database, closed together.</summary>
internal sealed class OpenChain(Database database, Blockchain chain) : IDisposable
{
    public Database Database => database;

    public Blockchain Chain => chain;

    public void Dispose()
    {
        chain.Dispose();
        database.Dispose();
    }
}
