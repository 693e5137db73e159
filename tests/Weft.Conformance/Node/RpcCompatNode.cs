using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.Chain;
using Weft.Chain.Files;
using Weft.Cli.Chains;
using Weft.Node;
using Weft.Node.Rpc;
using Weft.Primitives.Blocks;
using Weft.State.Store;

namespace Weft.Conformance.Node;

/// <summary>A node on free ports with the chain of the suite, its head chosen over the Engine API.</summary>
internal sealed class RpcCompatNode : IAsyncDisposable
{
    private const string Json = "application/json";

    private readonly Database _database;
    private readonly WeftNode _node;
    private readonly HttpClient _client = new();
    private readonly JwtAuthenticator _tokens = new(new byte[JwtAuthenticator.SecretSize]);

    private RpcCompatNode(ZipArchive zip)
    {
        _database = Database.CreateTemporary([.. StateStore.TableNames, .. ChainStore.TableNames]);
        using Stream genesis = zip.GetEntry("genesis.json")!.Open();
        ChainSpec spec = GenesisReader.Read(genesis, "genesis.json", null, out _);
        _node = new(
            _database, spec,
            new()
            {
                Chain = new() { Chain = new() { CacheBytes = 16 << 20, Threads = 2 } },
                Builder = new() { GasLimitTarget = 60_000_000 },
                Engine = new() { Authenticator = _tokens, Limits = RpcLimits.OfEngine },
                HasTestingMethods = true,
            },
            NullLoggerFactory.Instance);
    }

    public static async Task<RpcCompatNode> StartAsync(ZipArchive zip)
    {
        var node = new RpcCompatNode(zip);
        node.Import(zip.GetEntry("chain.rlp")!);
        await node._node.StartAsync();
        using var reader = new StreamReader(zip.GetEntry("headfcu.json")!.Open());
        var request = new HttpRequestMessage(HttpMethod.Post, $"http://{node._node.EngineEndPoint}")
        {
            Content = new StringContent(await reader.ReadToEndAsync(), Encoding.UTF8, Json),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", node._tokens.CreateToken());
        using HttpResponseMessage answer = await node._client.SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();
        if (!text.Contains("\"VALID\"", StringComparison.Ordinal)) throw new InvalidDataException(text);
        return node;
    }

    /// <summary>What is different; null where every answer is as expected.</summary>
    public async Task<string?> PlayAsync(RpcCase test)
    {
        foreach (var (request, response) in test.Calls)
        {
            using var content = new StringContent(request, Encoding.UTF8, Json);
            using HttpResponseMessage answer = await _client.PostAsync($"http://{_node.HttpEndPoint}", content);
            using var actual = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync());
            using var expected = JsonDocument.Parse(response);
            if (test.Compare(expected.RootElement, actual.RootElement) is { } difference) return difference;
        }
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _node.DisposeAsync();
        _database.Dispose();
    }

    private void Import(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using var source = BlockFile.Open(stream, entry.FullName);
        while (source.TryRead(0, out var encoded))
        {
            var result = _node.Chain.Import(Block.Decode(encoded.Bytes.Span));
            if (result.Status is ImportStatus.Invalid or ImportStatus.UnknownParent)
                throw new InvalidDataException($"block {encoded.Number}: {result.Status} {result.Result.Detail}");
        }
    }
}
