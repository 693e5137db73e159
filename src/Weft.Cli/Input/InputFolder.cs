using System.IO.Compression;

namespace Weft.Cli.Input;

/// <summary>
/// Named files from outside: a folder, a zip archive read in place, or one file. Names use '/' and are sorted. What is
/// read is bounded: <see cref="EntryLengthMax"/> bytes a file, <see cref="EntryCountMax"/> files. Safe for threads.
/// </summary>
public abstract class InputFolder : IDisposable
{
    /// <summary>Bytes of one file, unpacked. The largest real one, the codes of 58 mainnet blocks, has 50 MB.</summary>
    public const int EntryLengthMax = 128 << 20;

    public const int EntryCountMax = 200_000;

    protected InputFolder(string path) => Path = path;

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    public abstract IReadOnlyList<string> Names { get; }

    public virtual bool Contains(string name) => Names.Contains(name);

    /// <summary>How a file of this folder is called in messages.</summary>
    public virtual string Describe(string name) => $"{Path}/{name}";

    /// <summary>The whole file; an <see cref="InputException"/> where it is missing, damaged or too long.</summary>
    public abstract byte[] Read(string name);

    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Opens a folder, a zip archive (told by its first bytes) or a single file.</summary>
    public static InputFolder Open(string path)
    {
        try
        {
            if (Directory.Exists(path)) return new DiskFolder(path);
            if (!File.Exists(path))
                throw new InputException(
                    path, "", "no such file or folder", "give an archive, a folder or a JSON file");
            return IsZip(path) ? new ZipFolder(path) : new SingleFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException(path, "", e.Message);
        }
    }

    internal static bool IsZip(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[2];
        return stream.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic[0] == 'P' && magic[1] == 'K';
    }

    /// <summary>Reads a stream to its end, growing as bytes really arrive: a false length costs nothing.</summary>
    protected byte[] ReadBounded(Stream stream, string name)
    {
        var buffer = new MemoryStream();
        var chunk = new byte[64 * 1024];
        for (int read; (read = stream.Read(chunk)) > 0;)
        {
            if (buffer.Length + read > EntryLengthMax) throw TooLong(name);
            buffer.Write(chunk, 0, read);
        }
        return buffer.ToArray();
    }

    protected InputException TooLong(string name) =>
        new(Describe(name), "", $"longer than the limit of {EntryLengthMax >> 20} MiB a file");
}

/// <summary>A folder on disk with everything below it.</summary>
internal sealed class DiskFolder : InputFolder
{
    public DiskFolder(string path) : base(path)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint,
        };
        Names = Directory.EnumerateFiles(path, "*", options)
            .Select(file => System.IO.Path.GetRelativePath(path, file).Replace('\\', '/'))
            .Take(EntryCountMax + 1).Order(StringComparer.Ordinal).ToArray();
        if (Names.Count > EntryCountMax)
            throw new InputException(path, "", $"more than {EntryCountMax} files", "give a smaller folder");
    }

    public override IReadOnlyList<string> Names { get; }

    public override byte[] Read(string name)
    {
        try
        {
            using var stream = File.OpenRead(System.IO.Path.Combine(Path, name));
            return ReadBounded(stream, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(Describe(name), "", e.Message);
        }
    }
}

/// <summary>One file, and quietly the files beside it that it may need (codes.json).</summary>
internal sealed class SingleFile : InputFolder
{
    private readonly string _folder;

    public SingleFile(string path) : base(path)
    {
        _folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        Names = [System.IO.Path.GetFileName(path)];
    }

    public override IReadOnlyList<string> Names { get; }

    public override bool Contains(string name) => Find(name) is not null;

    public override string Describe(string name) => name == Names[0] ? Path : Find(name) ?? name;

    public override byte[] Read(string name)
    {
        string file = Find(name)
            ?? throw new InputException(Path, "", $"there is no {name} beside it or one folder above");
        try
        {
            using var stream = File.OpenRead(file);
            return ReadBounded(stream, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(file, "", e.Message);
        }
    }

    // A block file lies in blocks/, its codes.json one folder above.
    private string? Find(string name) =>
        new[] { System.IO.Path.Combine(_folder, name), System.IO.Path.Combine(_folder, "..", name) }
            .FirstOrDefault(File.Exists);
}

/// <summary>A zip archive, read in place.</summary>
internal sealed class ZipFolder : InputFolder
{
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public ZipFolder(string path) : base(path)
    {
        try
        {
            _archive = ZipFile.OpenRead(path);
            if (_archive.Entries.Count > EntryCountMax)
                throw new InputException(path, "", $"more than {EntryCountMax} entries");
            foreach (var entry in _archive.Entries.Where(entry => !entry.FullName.EndsWith('/')))
                if (!_entries.TryAdd(entry.FullName, entry))
                    throw new InputException(path, entry.FullName, "the archive holds this entry twice");
        }
        catch (InvalidDataException e)
        {
            throw new InputException(path, "", $"not a readable zip archive: {e.Message}", "it may be truncated");
        }
        Names = _entries.Keys.Order(StringComparer.Ordinal).ToArray();
    }

    public override IReadOnlyList<string> Names { get; }

    public override bool Contains(string name) => _entries.ContainsKey(name);

    public override byte[] Read(string name)
    {
        if (!_entries.TryGetValue(name, out var entry)) throw new InputException(Path, "", $"there is no {name} in it");
        if (entry.Length > EntryLengthMax) throw TooLong(name);
        try
        {
            // The archive has one position on one stream.
            lock (_lock)
            {
                using var stream = entry.Open();
                var bytes = ReadBounded(stream, name);
                if (bytes.Length == entry.Length) return bytes;
                throw new InputException(
                    Describe(name), "", $"has {bytes.Length} bytes, the archive says {entry.Length}");
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            throw new InputException(
                Describe(name), "", $"cannot be unpacked: {e.Message}", "the archive may be damaged");
        }
    }

    public override void Dispose()
    {
        _archive.Dispose();
        base.Dispose();
    }
}
