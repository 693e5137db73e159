using System.IO.Compression;

namespace Weft.Cli.Input;

/// <summary>One file from outside that is read from its beginning: a path, or ARCHIVE.zip!ENTRY for a file inside a zip
/// archive. An archive with a single entry needs no name for it.</summary>
public sealed class InputFile : IDisposable
{
    private const int EntriesListed = 12;
    private readonly ZipArchive? _archive;
    private readonly ZipArchiveEntry? _entry;

    private InputFile(string path, ZipArchive? archive, ZipArchiveEntry? entry) =>
        (Path, _archive, _entry) = (path, archive, entry);

    /// <summary>How the file is called in messages.</summary>
    public string Path { get; }

    /// <summary>Bytes, or as many as the archive says; for progress only.</summary>
    public long Length => _entry?.Length ?? new FileInfo(Path).Length;

    public static InputFile Open(string path)
    {
        try
        {
            if (File.Exists(path)) return InputFolder.IsZip(path) ? OpenEntry(path, path, null) : new(path, null, null);
            int mark = path.IndexOf(".zip!", StringComparison.OrdinalIgnoreCase);
            if (mark >= 0 && File.Exists(path[..(mark + 4)]))
                return OpenEntry(path, path[..(mark + 4)], path[(mark + 5)..]);
            throw Directory.Exists(path)
                ? new InputException(path, "", "is a folder", "name a file")
                : new InputException(path, "", "no such file", "for a file in an archive: ARCHIVE.zip!ENTRY");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException(path, "", e.Message);
        }
    }

    /// <summary>A new stream from the beginning; an archive has room for one at a time.</summary>
    public Stream OpenRead()
    {
        try
        {
            return _entry?.Open() ?? new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new InputException(Path, "", e.Message);
        }
    }

    /// <summary>The whole file, at most <see cref="InputFolder.EntryLengthMax"/> bytes.</summary>
    public byte[] ReadAll()
    {
        using var stream = OpenRead();
        using var buffer = new MemoryStream();
        var chunk = new byte[64 << 10];
        try
        {
            for (int read; (read = stream.Read(chunk)) > 0;)
            {
                if (buffer.Length + read > InputFolder.EntryLengthMax)
                    throw new InputException(Path, "", $"longer than {InputFolder.EntryLengthMax >> 20} MiB");
                buffer.Write(chunk, 0, read);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new InputException(Path, "", $"cannot be read: {e.Message}");
        }
        return buffer.ToArray();
    }

    public void Dispose() => _archive?.Dispose();

    private static InputFile OpenEntry(string path, string archivePath, string? name)
    {
        ZipArchive? archive = null;
        try
        {
            archive = ZipFile.OpenRead(archivePath);
            return new(path, archive, FindEntry(archive, archivePath, name));
        }
        catch (InvalidDataException e)
        {
            archive?.Dispose();
            throw new InputException(
                archivePath, "", $"not a readable zip archive: {e.Message}", "it may be truncated");
        }
        catch (InputException)
        {
            archive?.Dispose();
            throw;
        }
    }

    private static ZipArchiveEntry FindEntry(ZipArchive archive, string path, string? name)
    {
        if (archive.Entries.Count > InputFolder.EntryCountMax)
            throw new InputException(path, "", $"more than {InputFolder.EntryCountMax} entries");
        var files = archive.Entries.Where(entry => !entry.FullName.EndsWith('/')).ToArray();
        if (name is null && files is [var only]) return only;
        if (name is not null && files.FirstOrDefault(entry => entry.FullName == name) is { } found) return found;
        string listed = string.Join(", ", files.Take(EntriesListed).Select(entry => entry.FullName));
        string more = files.Length > EntriesListed ? ", …" : "";
        throw new InputException(
            path, "", name is null ? "is an archive; which of its files?" : $"there is no {name} in it",
            $"{path}!ENTRY with one of: {listed}{more}");
    }
}
