using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Weft.Node.Rpc;

namespace Weft.Node.Forks;

/// <summary>How another node is asked.</summary>
public sealed record RemoteOptions
{
    /// <summary>Calls a second, those of a batch counted; 0: no limit.</summary>
    public int CallsPerSecond { get; init; }

    /// <summary>How often a request that failed for a reason that passes is made again.</summary>
    public int RetriesMax { get; init; } = 5;

    /// <summary>Before the first retry; doubled for each one after it.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Of one request.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Calls of one batch; a node that refuses batches gets them one by one.</summary>
    public int BatchMax { get; init; } = 100;

    /// <summary>Bytes of one answer.</summary>
    public long AnswerBytesMax { get; init; } = 256L << 20;
}

/// <summary>A call of another node.</summary>
public readonly record struct RemoteCall(string Method, params object?[] Params);

/// <summary>The answer to one call: a result, or an error.</summary>
public readonly record struct RemoteAnswer(JsonElement Result, RemoteException? Error)
{
    /// <exception cref="RemoteException">It is an error.</exception>
    public JsonElement Get() => Error is null ? Result : throw Error;
}

/// <summary>Another node cannot be asked, or answers with an error. The message names node, method and
/// reason.</summary>
public sealed class RemoteException(string message, int? code = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Of the JSON-RPC error; null where there was no answer.</summary>
    public int? Code { get; } = code;
}

/// <summary>Another node, asked by JSON-RPC over HTTP: in batches, no faster than allowed, again where the reason
/// passes. Blocks its caller, for who reads a state waits for it. Safe on any thread.</summary>
public sealed class RemoteNode : IDisposable
{
    private readonly HttpClient _client;
    private readonly RemoteOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly Lock _pace = new();
    private long _nextSlot = Stopwatch.GetTimestamp();
    private int _id;

    /// <summary>Cleared by the first answer that shows that the node knows no batches.</summary>
    private volatile bool _takesBatches = true;

    /// <summary><paramref name="url"/>: http or https. <paramref name="cancellation"/> ends every call.</summary>
    public RemoteNode(Uri url, RemoteOptions? options = null, CancellationToken cancellation = default)
    {
        (Url, _options, _cancellation) = (url, options ?? new(), cancellation);
        _client = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All })
        {
            Timeout = _options.Timeout, MaxResponseContentBufferSize = _options.AnswerBytesMax,
        };
    }

    public Uri Url { get; }

    /// <summary>Without what may be a key: the user, the path and the query.</summary>
    public string Name => $"{Url.Scheme}://{Url.Authority}";

    /// <summary>Requests so far.</summary>
    public int Requests => Volatile.Read(ref _id);

    /// <exception cref="RemoteException">The node cannot be reached, or answers with an error.</exception>
    public JsonElement Call(string method, params object?[] arguments) =>
        Batch([new(method, arguments)])[0].Get();

    /// <summary>The answers in the order of the calls.</summary>
    /// <exception cref="RemoteException">The node cannot be reached. Errors of single calls are in their answers.
    /// </exception>
    public IReadOnlyList<RemoteAnswer> Batch(IReadOnlyList<RemoteCall> calls)
    {
        var answers = new RemoteAnswer[calls.Count];
        for (int first = 0; first < calls.Count;)
        {
            int count = Math.Min(_takesBatches ? _options.BatchMax : 1, calls.Count - first);
            if (TrySend(calls, first, count, answers)) first += count;
        }
        return answers;
    }

    public void Dispose() => _client.Dispose();

    /// <summary>False where the node does not take batches: then nothing was answered.</summary>
    private bool TrySend(IReadOnlyList<RemoteCall> calls, int first, int count, RemoteAnswer[] answers)
    {
        byte[] request = Write(calls, first, count);
        for (int attempt = 0; ; attempt++)
        {
            _cancellation.ThrowIfCancellationRequested();
            WaitForTurn(count);
            string method = calls[first].Method;
            if (TryPost(request, method, attempt, out JsonDocument? answer))
            {
                using (answer)
                {
                    if (!TryRead(answer!.RootElement, calls, first, count, answers)) return _takesBatches = false;
                    bool isLimited = false;
                    for (int i = first; i < first + count; i++)
                        isLimited |= answers[i].Error?.Code == JsonRpcError.LimitExceeded;
                    if (!isLimited || attempt >= _options.RetriesMax) return true;
                }
            }
            Pause(attempt, null);
        }
    }

    /// <summary>False where it is worth another attempt, for which this has waited if the node said how long.</summary>
    private bool TryPost(byte[] request, string method, int attempt, out JsonDocument? answer)
    {
        answer = null;
        using var message = new HttpRequestMessage(HttpMethod.Post, Url) { Content = new ByteArrayContent(request) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        bool isLast = attempt >= _options.RetriesMax;
        try
        {
            using HttpResponseMessage response = _client.Send(message, _cancellation);
            if (Passes(response.StatusCode) && !isLast)
            {
                if (response.Headers.RetryAfter?.Delta is { } wait) Pause(attempt, wait);
                return false;
            }
            using Stream body = response.Content.ReadAsStream(_cancellation);
            answer = Parse(body, response, method);
            return true;
        }
        catch (HttpRequestException e)
        {
            if (!isLast && e.HttpRequestError != HttpRequestError.NameResolutionError) return false;
            throw Failed(method, e.Message, null, e);
        }
        catch (ObjectDisposedException e)
        {
            throw Failed(method, "the chain does not stand on this node any more", null, e);
        }
        catch (OperationCanceledException e) when (!_cancellation.IsCancellationRequested)
        {
            if (!isLast) return false;
            throw Failed(method, $"no answer within {_options.Timeout.TotalSeconds} s", null, e);
        }
    }

    /// <summary>Nodes say what is wrong in the body, whatever the status is; where there is no JSON, it is all there
    /// is.</summary>
    private JsonDocument Parse(Stream body, HttpResponseMessage response, string method)
    {
        try
        {
            var document = JsonDocument.Parse(body, new() { MaxDepth = 512 });
            if (document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return document;
            document.Dispose();
        }
        catch (JsonException e)
        {
            if (response.IsSuccessStatusCode) throw Failed(method, "the answer is no JSON", null, e);
        }
        throw Failed(method, $"HTTP status {(int)response.StatusCode}");
    }

    private static bool Passes(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests
        or HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
        or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private byte[] Write(IReadOnlyList<RemoteCall> calls, int first, int count)
    {
        Interlocked.Increment(ref _id);
        object One(int i) => new
        {
            jsonrpc = "2.0", id = i - first, method = calls[i].Method, @params = calls[i].Params,
        };
        return JsonSerializer.SerializeToUtf8Bytes(
            count == 1 ? One(first) : Enumerable.Range(first, count).Select(One).ToArray());
    }

    private bool TryRead(
        JsonElement json, IReadOnlyList<RemoteCall> calls, int first, int count, RemoteAnswer[] answers)
    {
        if (count == 1)
        {
            bool isWrapped = json.ValueKind == JsonValueKind.Array && json.GetArrayLength() == 1;
            answers[first] = ReadOne(isWrapped ? json[0] : json, calls[first]);
            return true;
        }
        if (json.ValueKind != JsonValueKind.Array) return false;
        int found = 0;
        foreach (JsonElement item in json.EnumerateArray())
        {
            bool isKnown = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("id", out var id)
                && id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int i) && i >= 0 && i < count;
            if (!isKnown) continue;
            int at = first + item.GetProperty("id").GetInt32();
            answers[at] = ReadOne(item, calls[at]);
            found++;
        }
        return found == count ? true : throw Failed(
            calls[first].Method, $"{found} answers to a batch of {count}");
    }

    private RemoteAnswer ReadOne(JsonElement json, RemoteCall call)
    {
        if (json.ValueKind != JsonValueKind.Object) return new(default, Failed(call.Method, "the answer is no object"));
        if (json.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
        {
            int code = error.TryGetProperty("code", out var number) && number.ValueKind == JsonValueKind.Number
                && number.TryGetInt32(out int known) ? known : 0;
            string text = error.TryGetProperty("message", out var message) ? message.ToString() : "no reason given";
            return new(default, Failed(call.Method, $"{text} ({code})", code));
        }
        return json.TryGetProperty("result", out var result)
            ? new(result.Clone(), null)
            : new(default, Failed(call.Method, "the answer has neither result nor error"));
    }

    private RemoteException Failed(string method, string reason, int? code = null, Exception? inner = null) =>
        new($"{Name}: {method}: {reason}", code, inner);

    /// <summary>Turns lie apart by what the limit allows; a batch takes one for each of its calls.</summary>
    private void WaitForTurn(int calls)
    {
        if (_options.CallsPerSecond == 0) return;
        long turn;
        lock (_pace)
        {
            turn = Math.Max(_nextSlot, Stopwatch.GetTimestamp());
            _nextSlot = turn + (Stopwatch.Frequency * calls / _options.CallsPerSecond);
        }
        var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), turn);
        if (wait > TimeSpan.Zero) _cancellation.WaitHandle.WaitOne(wait);
    }

    private void Pause(int attempt, TimeSpan? asked)
    {
        var longest = _options.Timeout;
        double factor = Math.Pow(2, attempt) * (0.75 + (Random.Shared.NextDouble() / 2));
        var wait = asked ?? _options.Backoff * factor;
        _cancellation.WaitHandle.WaitOne(wait < longest ? wait : longest);
    }
}
