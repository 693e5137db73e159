using System.Text.Json;
using Weft.Cli.Replay;

namespace Weft.Cli.Samples;

/// <summary>Writes blocks in the format that `weft replay` reads: blocks/N.json, codes.json, index.json.</summary>
public static class SampleWriter
{
    /// <summary>The files by their names.</summary>
    public static IReadOnlyDictionary<string, byte[]> Write(IReadOnlyList<SampleBlock> blocks)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (block, state, result) in blocks)
            files.Add(
                $"blocks/{block.Header.Number}.json",
                Document(json => BlockFileWriter.WriteBlock(json, block, state, result.Receipts)));
        var states = blocks.Select(block => block.State);
        files.Add(CodeStore.FileName, Document(json => BlockFileWriter.WriteCodes(json, states)));
        files.Add("index.json", Document(json => WriteIndex(json, blocks)));
        return files;
    }

    private static byte[] Document(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        BlockFileWriter.WriteDocument(stream, indented: true, write);
        return stream.ToArray();
    }

    private static void WriteIndex(Utf8JsonWriter json, IEnumerable<SampleBlock> blocks)
    {
        json.WriteStartArray();
        foreach (var block in blocks)
        {
            json.WriteStartObject();
            json.WriteNumber("number", block.Block.Header.Number);
            json.WriteString("file", $"blocks/{block.Block.Header.Number}.json");
            json.WriteNumber("txs", block.Block.Transactions.Count);
            json.WriteNumber("gasUsed", block.Block.Header.GasUsed);
            json.WriteString("source", "made by `weft sample`");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
