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

    /// <summary>Refuses documents longer than <paramref name="lengthMax"/>: replay would not read them.</summary>
    public static void Write(WorkloadBlock workload, string path, long lengthMax = InputFolder.EntryLengthMax)
    {
        try
        {
            AtomicFile.Write(path, stream => Write(workload, stream, path, lengthMax));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, "", e.Message, "name a file that can be written");
        }
    }

    private static void Write(WorkloadBlock workload, Stream stream, string path, long lengthMax)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        string name = $"blocks/{workload.Block.Header.Number}.json";
        long length = Add(archive, name, json => BlockFileWriter.WriteBlock(
            json, workload.Block, workload.State, receipts: null, isUnsigned: !workload.IsSigned, isWholeState: true));
        if (length > lengthMax)
            throw new InputException(
                path, name, $"would have {length:N0} bytes, replay reads {lengthMax:N0} at most",
                "ask for fewer transactions");
        Add(archive, CodeStore.FileName, json => BlockFileWriter.WriteCodes(json, [workload.State]));
    }

    private static long Add(ZipArchive archive, string name, Action<Utf8JsonWriter> write)
    {
        var entry = archive.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = Timestamp;
        using var stream = entry.Open();
        return BlockFileWriter.WriteDocument(stream, indented: false, write);
    }
}
