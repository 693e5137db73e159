using System.IO.Compression;
using System.Text.Json;
using Weft.Cli.Data;
using Weft.Cli.Input;
using Weft.Cli.Replay;

namespace Weft.Cli.Workloads;

/// <summary>Writes a workload's block with the state before it as one archive that `weft replay` reads. The same block,
/// the same bytes.</summary>
internal static class WorkloadFile
{
    // What zip can express; the time of writing would make every archive another one.
    private static readonly DateTimeOffset Timestamp = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Write(WorkloadBlock workload, string path)
    {
        try
        {
            AtomicFile.Write(path, stream => Write(workload, stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, "", e.Message, "name a file that can be written");
        }
    }

    private static void Write(WorkloadBlock workload, Stream stream)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Add(archive, $"blocks/{workload.Block.Header.Number}.json", json => BlockFileWriter.WriteBlock(
            json, workload.Block, workload.State, receipts: null, isUnsigned: !workload.IsSigned, isWholeState: true));
        Add(archive, CodeStore.FileName, json => BlockFileWriter.WriteCodes(json, [workload.State]));
    }

    private static void Add(ZipArchive archive, string name, Action<Utf8JsonWriter> write)
    {
        var entry = archive.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = Timestamp;
        using var stream = entry.Open();
        BlockFileWriter.WriteDocument(stream, write);
    }
}
