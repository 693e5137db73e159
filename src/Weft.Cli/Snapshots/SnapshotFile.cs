using System.IO.Compression;
using System.Text.Json;
using Weft.Cli.Data;
using Weft.Cli.Input;
using Weft.Cli.Replay;

namespace Weft.Cli.Snapshots;

/// <summary>Writes blocks as `weft replay` reads them: blocks/NUMBER.json and codes.json, in an archive or a folder.
/// </summary>
internal static class SnapshotFile
{
    private const string ArchiveSuffix = ".zip";

    /// <summary><paramref name="path"/>: an archive where it ends in .zip, otherwise a folder without codes of other
    /// blocks.</summary>
    public static void Write(string path, IReadOnlyList<BlockSnapshot> blocks)
    {
        try
        {
            if (path.EndsWith(ArchiveSuffix, StringComparison.OrdinalIgnoreCase))
                AtomicFile.Write(path, stream => WriteArchive(stream, blocks));
            else WriteFolder(path, blocks);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, "", e.Message, "name a file or a folder that can be written");
        }
    }

    private static void WriteArchive(Stream stream, IReadOnlyList<BlockSnapshot> blocks)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (name, write) in Documents(blocks))
        {
            using var entry = archive.CreateEntry(name, CompressionLevel.Optimal).Open();
            BlockFileWriter.WriteDocument(entry, indented: false, write);
        }
    }

    private static void WriteFolder(string path, IReadOnlyList<BlockSnapshot> blocks)
    {
        if (File.Exists(Path.Combine(path, CodeStore.FileName)))
            throw new InputException(path, CodeStore.FileName, "is there already", "name another folder");
        Directory.CreateDirectory(Path.Combine(path, "blocks"));
        foreach (var (name, write) in Documents(blocks))
            AtomicFile.Write(
                Path.Combine(path, name), stream => BlockFileWriter.WriteDocument(stream, indented: true, write));
    }

    private static IEnumerable<(string Name, Action<Utf8JsonWriter> Write)> Documents(
        IReadOnlyList<BlockSnapshot> blocks)
    {
        foreach (var block in blocks)
            yield return ($"blocks/{block.Block.Header.Number}.json", json => BlockFileWriter.WriteBlock(
                json, block.Block, block.State, receipts: null, hashes: block.Hashes, chain: block.Chain));
        yield return (
            CodeStore.FileName, json => BlockFileWriter.WriteCodes(json, blocks.Select(block => block.State)));
    }
}
