using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.Chain.Building;
using Weft.Node;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State.Store;
using Weft.Tests.Chain.Live;

namespace Weft.Tests.Node.Parallelism;

/// <summary>A node on a free port whose chain has a contract that counts its calls in slot 0 and keeps its callers.
/// </summary>
internal sealed class CounterNode : IAsyncDisposable
{
    public static readonly Address Counter = Address.FromNumber(0xc0);

    /// <summary>Adds one to slot 0 and stores the caller at what it is then.</summary>
    private static readonly byte[] Code = Convert.FromHexString("6000546001018060005533905500");

    private readonly DevChain _accounts = new(genesis: state => DevChain.AddContract(state, Counter, Code));
    private readonly Database _database = DevChain.CreateDatabase();
    private readonly HttpClient _client = new();
    private readonly ulong[] _nonces = new ulong[8];

    private CounterNode() => Node = new(
        _database, _accounts.Spec,
        new()
        {
            Chain = new() { Chain = new() { CacheBytes = 16 << 20, Threads = 2 } },
            Http = new() { Port = 0, Limits = TestNode.Patient },
            Calls = TestNode.PatientCalls,
        },
        NullLoggerFactory.Instance);

    public WeftNode Node { get; }

    public string Url => $"http://{Node.HttpEndPoint}";

    public Address[] Accounts => _accounts.Accounts;

    public static async Task<CounterNode> StartAsync()
    {
        var node = new CounterNode();
        await node.Node.StartAsync();
        return node;
    }

    /// <summary>A block in which so many accounts call the counter, and so many others send a wei to accounts of their
    /// own.</summary>
    public BuiltBlock Mine(int calls, int transfers = 0)
    {
        for (int i = 0; i < calls; i++) Add(_accounts.Sign(i, _nonces[i]++, Counter, value: 0, gas: 100_000));
        for (int i = calls; i < calls + transfers; i++)
            Add(_accounts.Sign(i, _nonces[i]++, Address.FromNumber(0xf000 + (ulong)i)));
        return Node.Builder.Mine(new()
        {
            Timestamp = Node.Chain.Head.Timestamp + 12, FeeRecipient = Address.FromNumber(0xfee),
        })!;
    }

    public JsonElement Call(string method, params object?[] arguments)
    {
        var answer = Ask(method, arguments);
        return answer.TryGetProperty("result", out var result)
            ? result
            : throw new InvalidDataException(answer.ToString());
    }

    public (int Code, string Message) Fail(string method, params object?[] arguments)
    {
        var error = Ask(method, arguments).GetProperty("error");
        return (error.GetProperty("code").GetInt32(), error.GetProperty("message").GetString()!);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Node.DisposeAsync();
        _database.Dispose();
        _accounts.Dispose();
    }

    private JsonElement Ask(string method, object?[] arguments)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Url)
        {
            Content = JsonContent.Create(new { jsonrpc = "2.0", id = 1, method, @params = arguments }),
        };
        using var response = _client.Send(request);
        using var document = JsonDocument.Parse(response.Content.ReadAsStream());
        return document.RootElement.Clone();
    }

    private void Add(Transaction transaction)
    {
        if (Node.Pool.Add(transaction).Message is { } message) throw new InvalidDataException(message);
    }
}
