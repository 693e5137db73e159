using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Chain;
using Weft.Chain.Files;
using Weft.Chain.Import;
using Weft.Chain.Stages;
using Weft.Chain.Witnesses;
using Weft.Cli.Chains;
using Weft.Cli.Input;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Strategies;
using Weft.Node.Tracing;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Weft.State.Store;
using Weft.State.Trie;
using Xunit;

namespace Weft.Conformance.Tracing;

/// <summary>The blocks that rpc-compat.zip traces. The suite compares the form only; here the values are compared, too.
/// </summary>
public sealed class RpcTraceTests
{
    [Fact]
    public void Struct_logs_of_blocks_are_those_of_rpc_compat()
    {
        if (Fixtures.Path("rpc-compat.zip") is not { } path) return;
        using var database = Database.CreateTemporary([.. StateStore.TableNames, .. ChainStore.TableNames]);
        using var chain = Import(path, database);
        using var tracer = new BlockTracer(new CodeCache(), threads: 2);
        using var zip = ZipFile.OpenRead(path);
        int compared = 0;
        foreach (var entry in zip.Entries)
        {
            if (!entry.FullName.StartsWith("debug_traceBlock", StringComparison.Ordinal)) continue;
            var (request, response) = ReadExchange(entry);
            if (response["result"] is not { } expected) continue;
            var arguments = request["params"]!.AsArray();
            string block = (string)arguments[0]!;
            ulong number = block.Length == 66
                ? chain.Blocks.GetHeader(Hash256.Parse(block))!.Number
                : Convert.ToUInt64(block, 16);
            var found = Trace(chain, number, arguments.Count > 1 ? arguments[1] : null, tracer);
            Assert.True(JsonNode.DeepEquals(expected, found), $"{entry.FullName}: {FirstDifference(expected, found)}");
            compared++;
        }
        Assert.Equal(3, compared);
    }

    [Fact]
    public void Blocks_of_every_fork_are_proven_by_the_witness_that_was_recorded()
    {
        if (Fixtures.Path("rpc-compat.zip") is not { } path) return;
        using var database = Database.CreateTemporary([.. StateStore.TableNames, .. ChainStore.TableNames]);
        using var chain = Import(path, database);
        using var trie = new StateTrie(1);
        using var output = new NodeSet();
        int bytes = 0;
        for (ulong number = 1; number <= chain.Head.Number; number++)
        {
            var block = ReadBlock(chain, number);
            using var parent = chain.OpenState(number - 1)!;
            var rules = chain.Spec.Forks.RulesAt(number, block.Header.Timestamp);
            var recorded = WitnessRecorder.Record(
                new(block, parent.State, new Hashes(chain)), rules, chain.Spec, parent.Nodes, chain.Blocks);

            var header = recorded.Headers[^1];
            Assert.Equal(block.Header.ParentHash, header.Hash);
            for (int i = 1; i < recorded.Headers.Count; i++)
                Assert.Equal(recorded.Headers[i].ParentHash, recorded.Headers[i - 1].Hash);
            var witness = new Witness(header.StateRoot, recorded.State, recorded.Codes);
            var state = new WorldState(witness);
            using var processor = new BlockProcessor(
                rules, chain.Spec.Forks.ChainId, new CodeCache(), chain.Spec.DepositContract);
            var result = processor.Execute(block, state, new HeaderHashes(recorded.Headers));
            Assert.Equal(BlockError.None, BlockProcessor.VerifyResult(result, block.Header, rules).Error);
            Assert.Equal(block.Header.StateRoot, trie.Update(witness, state.GetChanges(), output));
            bytes += recorded.State.Sum(node => node.Length) + recorded.Codes.Sum(code => code.Length);
        }
        Console.WriteLine($"witnesses of {chain.Head.Number} blocks: {bytes} bytes");
    }

    private static JsonNode Trace(Blockchain chain, ulong number, JsonNode? options, BlockTracer tracer)
    {
        using var parsed = JsonDocument.Parse(options?.ToJsonString() ?? "null");
        var block = ReadBlock(chain, number);
        var input = new TraceInput(
            new BlockInput(block, chain.GetState(number - 1)!, new Hashes(chain)),
            chain.Spec.Forks.RulesAt(number, block.Header.Timestamp), chain.Spec.Forks.ChainId);
        var traces = tracer.TraceBlock(input, TracerOptions.Parse(parsed.RootElement), CancellationToken.None);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) BlockTracer.Write(writer, traces);
        return JsonNode.Parse(stream.ToArray())!;
    }

    private static Block ReadBlock(Blockchain chain, ulong number)
    {
        var block = chain.Blocks.GetBlock(chain.Blocks.GetCanonicalHash(number)!.Value)!;
        Assert.Null(SenderStage.Run(block, threads: 1, out var recovered));
        return recovered;
    }

    private static Blockchain Import(string path, Database database)
    {
        using var genesis = InputFile.Open($"{path}!genesis.json");
        var chain = Blockchain.Open(database, GenesisReader.Read(genesis.ReadAll(), "genesis.json", "generated"));
        using var file = InputFile.Open($"{path}!chain.rlp");
        var outcome = new FileImporter(chain, new ImportProgress()).Import(
            () => BlockFile.Open(file.OpenRead(), path), CancellationToken.None);
        Assert.Equal(ImportEnd.Complete, outcome.End);
        return chain;
    }

    private static (JsonNode Request, JsonNode Response) ReadExchange(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(entry.Open(), Encoding.UTF8);
        var lines = reader.ReadToEnd().Split('\n');
        return (JsonNode.Parse(lines.First(line => line.StartsWith(">>", StringComparison.Ordinal))[2..])!,
            JsonNode.Parse(lines.First(line => line.StartsWith("<<", StringComparison.Ordinal))[2..])!);
    }

    private static string FirstDifference(JsonNode expected, JsonNode found)
    {
        var (a, b) = (expected.AsArray(), found.AsArray());
        for (int i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            var (logs, others) = (a[i]!["result"]!["structLogs"]!.AsArray(), b[i]!["result"]!["structLogs"]!.AsArray());
            for (int j = 0; j < Math.Min(logs.Count, others.Count); j++)
                if (!JsonNode.DeepEquals(logs[j], others[j]))
                    return $"{i}.{j}: {logs[j]!.ToJsonString()} but {others[j]!.ToJsonString()}";
            if (JsonNode.DeepEquals(a[i], b[i])) continue;
            others.Clear();
            logs.Clear();
            return $"{i}: {a[i]!.ToJsonString()} but {b[i]!.ToJsonString()}";
        }
        return $"{a.Count} and {b.Count} transactions";
    }

    private sealed class Hashes(Blockchain chain) : IBlockHashes
    {
        public Hash256 GetBlockHash(ulong number) => chain.Blocks.GetCanonicalHash(number).GetValueOrDefault();
    }

    /// <summary>What a witness knows.</summary>
    private sealed class HeaderHashes(IReadOnlyList<BlockHeader> headers) : IBlockHashes
    {
        public Hash256 GetBlockHash(ulong number) => headers.Single(header => header.Number == number).Hash;
    }
}
