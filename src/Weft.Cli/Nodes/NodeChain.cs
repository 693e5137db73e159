using System.Globalization;
using System.Security.Cryptography;
using Weft.Chain;
using Weft.Cli.Chains;
using Weft.Cli.Data;
using Weft.Cli.Input;
using Weft.Node.Dev;
using Weft.Node.Rpc;
using Weft.State.Store;

namespace Weft.Cli.Nodes;

/// <summary>The chain that a node runs: its database, in memory or in a folder, and the secret of its engine.</summary>
internal sealed class NodeChain : IDisposable
{
    private const string DevFile = "dev.txt", SecretFile = "jwt.hex";

    private DevOrigins? _origins;

    private NodeChain(Database database, ChainSpec spec) => (Database, Spec) = (database, spec);

    public Database Database { get; }

    public ChainSpec Spec { get; }

    public bool IsDev { get; private init; }

    /// <summary>Where a chain in memory can begin anew; null of one in a folder.</summary>
    public IDevOrigins? Origins => _origins;

    public IReadOnlyList<DevAccount> Accounts { get; private init; } = [];

    /// <summary>Of the Engine API; null where it is not served.</summary>
    public byte[]? Secret { get; private init; }

    /// <summary>Where the secret lies.</summary>
    public string? SecretPath { get; private init; }

    public static NodeChain Open(NodeSettings settings)
    {
        if (settings.Fork is not null) return OpenForked(settings);
        bool isDev = settings.Chain is null && (settings.IsDev || !settings.HasData || !HoldsChain(settings));
        if (isDev) return OpenDev(settings);
        var (database, spec) = settings.HasData ? OpenFolder(settings) : OpenInMemory(settings.Chain!);
        string path = settings.JwtSecret
            ?? Path.Combine(settings.HasData ? settings.Data.Folder : Environment.CurrentDirectory, SecretFile);
        try
        {
            return new(database, spec) { Secret = ReadSecret(path), SecretPath = path };
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_origins is null) Database.Dispose();
        else _origins.Dispose();
    }

    // ---- The dev chain ----

    private static NodeChain OpenDev(NodeSettings settings)
    {
        var accounts = Wallet.Derive(settings.Mnemonic, settings.Accounts);
        if (!settings.HasData) return OpenInMemory(settings, accounts, origins => origins.Begin());
        ChainSpec spec = DevChain.Create(
            accounts, settings.ChainId, settings.GasLimit, settings.Balance, KeepTimestamp(settings.Data.Folder));
        var database = Database.Open(
            Path.Combine(settings.Data.Folder, "db"), Tables, new() { Durability = settings.Data.Durability });
        return OfDevelopment(settings, accounts, (database, spec), null);
    }

    /// <summary>In memory: only what was read of the other chain is kept in the folder.</summary>
    private static NodeChain OpenForked(NodeSettings settings) => OpenInMemory(
        settings, Wallet.Derive(settings.Mnemonic, settings.Accounts), origins => origins.Start(settings.Fork!));

    private static NodeChain OpenInMemory(
        NodeSettings settings, IReadOnlyList<DevAccount> accounts, Func<DevOrigins, (Database, ChainSpec)> begin)
    {
        var origins = new DevOrigins(settings, accounts);
        return OfDevelopment(settings, accounts, begin(origins), origins);
    }

    private static NodeChain OfDevelopment(
        NodeSettings settings, IReadOnlyList<DevAccount> accounts, (Database Database, ChainSpec Spec) chain,
        DevOrigins? origins) => new(chain.Database, chain.Spec)
    {
        _origins = origins, IsDev = true, Accounts = accounts,
        Secret = settings.JwtSecret is { } path ? ReadSecret(path) : null, SecretPath = settings.JwtSecret,
    };

    /// <summary>A chain that is kept begins when it was made, whenever it is opened again.</summary>
    private static ulong KeepTimestamp(string folder)
    {
        string path = Path.Combine(folder, DevFile);
        string text = OnDisk(folder, "name a folder that can be written", () =>
        {
            Directory.CreateDirectory(folder);
            if (!File.Exists(path)) AtomicFile.Write(path, System.Text.Encoding.ASCII.GetBytes($"{Now}\n"));
            return File.ReadAllText(path).Trim();
        });
        return ulong.TryParse(text, CultureInfo.InvariantCulture, out ulong timestamp)
            ? timestamp
            : throw new InputException(
                path, "", "is no time of a genesis in seconds", "delete the folder to begin anew");
    }

    internal static ulong Now => (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    // ---- Other chains ----

    private static bool HoldsChain(NodeSettings settings) => DataFolder.IsAt(settings.Data.Folder);

    private static (Database, ChainSpec) OpenFolder(NodeSettings settings)
    {
        // Writes the genesis; the node opens the database by itself.
        if (settings.Chain is { } chain) DataFolder.Create(settings.Data, chain, out _).Dispose();
        DataFolder folder = DataFolder.Open(settings.Data.Folder);
        return (folder.OpenDatabase(settings.Data.Durability), folder.Spec);
    }

    private static (Database, ChainSpec) OpenInMemory(string chain)
    {
        ChainSpec spec = DataFolder.FindSpec(chain);
        return (Database.CreateTemporary(Tables), spec);
    }

    internal static IReadOnlyList<string> Tables => [.. StateStore.TableNames, .. ChainStore.TableNames];

    private static T OnDisk<T>(string path, string remedy, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, "", e.Message, remedy);
        }
    }

    /// <summary>Made where there is none, readable by its owner alone.</summary>
    private static byte[] ReadSecret(string path) => OnDisk(
        path, "name a file of 64 hexadecimal digits with --jwt-secret, or where one can be written",
        () => ReadOrMakeSecret(path));

    private static byte[] ReadOrMakeSecret(string path)
    {
        if (!File.Exists(path))
        {
            byte[] made = RandomNumberGenerator.GetBytes(JwtAuthenticator.SecretSize);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new FileStream(path, options);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(made)));
            return made;
        }
        return JwtAuthenticator.TryParseSecret(File.ReadAllText(path), out byte[] secret)
            ? secret
            : throw new InputException(path, "", "holds no secret of 64 hexadecimal digits", "openssl rand -hex 32");
    }
}
