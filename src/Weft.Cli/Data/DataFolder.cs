using System.Text.Json;
using Weft.Chain;
using Weft.Chain.BuiltIn;
using Weft.Cli.Chains;
using Weft.Cli.Input;
using Weft.State.Store;

namespace Weft.Cli.Data;

/// <summary>
/// A folder that holds a chain: chain.json says which, and the database lies in db. chain.json is written when the
/// database has its genesis, so a folder that has one is complete, and the allocations are not needed any more.
/// </summary>
internal sealed class DataFolder
{
    private const string ChainFile = "chain.json", DatabaseFolder = "db";
    private const int Format = 1;

    private DataFolder(string path, ChainSpec spec) => (Path, Spec) = (path, spec);

    /// <summary>weft in the user's folder for data ($XDG_DATA_HOME, else ~/.local/share).</summary>
    public static string DefaultPath => System.IO.Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.None),
        "weft");

    public string Path { get; }

    public ChainSpec Spec { get; }

    /// <summary>A chain lies there.</summary>
    public static bool IsAt(string path) => Exists(path);

    /// <summary>A built-in chain by its name, or that of a genesis file.</summary>
    public static ChainSpec FindSpec(string chain) => FindChain(chain).Spec;

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
        var spec = json.TryGet("genesis", out var genesis)
            ? GenesisReader.ReadWithoutState(genesis, json["stateRoot"].Hash(), name)
            : BuiltInChains.Find(name) ?? throw json["name"].Error($"no chain {name} is built in");
        return spec.Genesis.Header.Hash == json["genesisHash"].Hash()
            ? new(path, spec)
            : throw json["genesisHash"].Error(
                $"the genesis has the hash {spec.Genesis.Header.Hash} now", "was it edited?");
    }

    /// <summary>Makes a folder hold a chain and opens it. One that holds the same chain is left as it is.</summary>
    /// <param name="settings">The folder; it is created where it is missing.</param>
    /// <param name="chain">The name of a built-in chain, or a genesis file.</param>
    /// <param name="isNew">False where it was there before.</param>
    public static OpenChain Create(DataSettings settings, string chain, out bool isNew)
    {
        string path = settings.Folder;
        var (spec, rest) = FindChain(chain);
        isNew = !Exists(path);
        if (!isNew)
        {
            var there = Open(path);
            RequireSame(there, spec);
            return there.OpenChain(settings);
        }
        OpenChain? open = null;
        try
        {
            Directory.CreateDirectory(path);
            if (Directory.EnumerateFileSystemEntries(path).Any(IsForeign))
                throw new InputException(path, "", "is not empty and holds no chain", "name a new folder");
            open = new DataFolder(path, spec).OpenChain(settings);
            AtomicFile.Write(System.IO.Path.Combine(path, ChainFile), WriteMarker(spec, rest));
            return open;
        }
        catch (Exception e)
        {
            open?.Dispose();
            if (e is UnauthorizedAccessException or (IOException and not DatabaseException))
                throw new InputException(path, "", e.Message);
            throw;
        }
    }

    /// <summary>Opens the chain; the genesis is written where the database is new.</summary>
    public OpenChain OpenChain(DataSettings settings)
    {
        var database = OpenDatabase(settings.Durability);
        try
        {
            var options = new ChainOptions
            {
                CacheBytes = settings.CacheBytes, Threads = settings.Threads, Strategy = settings.Strategy,
            };
            return new(Path, database, Blockchain.Open(database, Spec, options));
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

    private static bool Exists(string path) => File.Exists(System.IO.Path.Combine(path, ChainFile));

    /// <summary>What an interrupted <see cref="Create"/> leaves is ours.</summary>
    private static bool IsForeign(string entry) =>
        System.IO.Path.GetFileName(entry) is not (DatabaseFolder or ChainFile + AtomicFile.Suffix);

    private static void RequireSame(DataFolder there, ChainSpec spec)
    {
        var (old, asked) = (there.Spec, spec);
        if (old.Genesis.Header.Hash != asked.Genesis.Header.Hash)
            throw new InputException(there.Path, "", $"holds another chain: {old.Name}", "name another --data");
        if (old.Forks.ChainId != asked.Forks.ChainId || old.Forks.DaoForkNumber != asked.Forks.DaoForkNumber
            || old.DepositContract != asked.DepositContract
            || !old.Forks.Activations.SequenceEqual(asked.Forks.Activations))
            throw new InputException(
                there.Path, "", $"holds {old.Name} with the same genesis and other forks", "name another --data");
    }

    private static (ChainSpec Spec, byte[]? WithoutState) FindChain(string chain)
    {
        if (BuiltInChains.Find(chain) is { } spec) return (spec, null);
        if (!File.Exists(chain) && !chain.Contains('!'))
            throw new InputException(
                chain, "", "is neither a chain that is built in nor a file",
                $"{string.Join(", ", BuiltInChains.Names)}, or a genesis.json");
        using var file = InputFile.Open(chain);
        using var stream = file.OpenRead();
        return (GenesisReader.Read(stream, chain, null, out byte[] rest), rest);
    }

    private static byte[] WriteMarker(ChainSpec spec, byte[]? rest)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("format", Format);
            writer.WriteString("name", spec.Name);
            writer.WriteString("genesisHash", spec.Genesis.Header.Hash.ToString());
            writer.WriteString("stateRoot", spec.Genesis.Header.StateRoot.ToString());
            if (rest is not null)
            {
                writer.WritePropertyName("genesis");
                writer.WriteRawValue(rest);
            }
            writer.WriteEndObject();
        }
        return [.. stream.ToArray(), (byte)'\n'];
    }
}

/// <summary>A chain with its database, closed together.</summary>
internal sealed class OpenChain(string folder, Database database, Blockchain chain) : IDisposable
{
    public string Folder => folder;

    public Database Database => database;

    public Blockchain Chain => chain;

    public void Dispose()
    {
        chain.Dispose();
        database.Dispose();
    }
}
