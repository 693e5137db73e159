using System.Globalization;
using System.IO.Compression;
using Weft.Cli.Data;
using Weft.Cli.Input;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;

namespace Weft.Cli.AccessLists;

/// <summary>Block access lists in files, one a block: NUMBER.bal holds the RLP of the list (EIP-7928). In a folder, a
/// zip archive, or a single file.</summary>
internal sealed class AccessListFolder : IDisposable
{
    public const string Extension = ".bal";

    /// <summary>Bytes of one list. The EIP's bound on items allows no more than some 5 MB in a block of 60 million gas;
    /// the list in memory takes a multiple.</summary>
    private const int ListLengthMax = 16 << 20;

    private readonly InputFolder _folder;
    private readonly SortedDictionary<ulong, string> _names = [];

    private AccessListFolder(InputFolder folder)
    {
        _folder = folder;
        foreach (string name in folder.Names)
        {
            string file = name[(name.LastIndexOf('/') + 1)..];
            if (!file.EndsWith(Extension, StringComparison.Ordinal)
                || !ulong.TryParse(file.AsSpan(0, file.Length - Extension.Length), CultureInfo.InvariantCulture,
                    out ulong number)) continue;
            if (!_names.TryAdd(number, name))
                throw new InputException(folder.Describe(name), "", $"there is another list of block {number}");
        }
        if (_names.Count == 0)
            throw new InputException(
                folder.Path, "", "holds no block access list",
                $"they are called NUMBER{Extension} and made by: weft bal build");
    }

    public static AccessListFolder Open(string path)
    {
        var folder = InputFolder.Open(path);
        try
        {
            return new(folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Of the blocks that have a list, ascending.</summary>
    public IEnumerable<ulong> Numbers => _names.Keys;

    /// <summary>Null where there is none for the block.</summary>
    public BlockAccessList? Find(ulong number)
    {
        if (!_names.TryGetValue(number, out string? name)) return null;
        byte[] bytes = _folder.Read(name);
        if (bytes.Length > ListLengthMax)
            throw new InputException(_folder.Describe(name), "", $"longer than {ListLengthMax >> 20} MiB");
        try
        {
            return BlockAccessList.Decode(bytes);
        }
        catch (RlpException e)
        {
            throw new InputException(
                _folder.Describe(name), $"byte {e.Offset}", $"no block access list: {e.Error}", "build it again");
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes lists to a folder, or to a zip archive where the path says so.</summary>
    public static void Write(string path, IReadOnlyList<(ulong Number, byte[] Bytes)> lists)
    {
        try
        {
            if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            {
                AtomicFile.Write(path, stream => WriteArchive(stream, lists));
                return;
            }
            Directory.CreateDirectory(path);
            foreach (var (number, bytes) in lists) AtomicFile.Write(Path.Combine(path, NameOf(number)), bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, "", e.Message);
        }
    }

    private static void WriteArchive(Stream stream, IReadOnlyList<(ulong Number, byte[] Bytes)> lists)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (number, bytes) in lists)
        {
            using var entry = archive.CreateEntry(NameOf(number)).Open();
            entry.Write(bytes);
        }
    }

    private static string NameOf(ulong number) => number.ToString(CultureInfo.InvariantCulture) + Extension;
}
