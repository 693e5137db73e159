using System.Buffers;
using System.Text.Json;
using Weft.State.Store;

namespace Weft.Node.Rpc;

/// <summary>From the bytes of a request to the bytes of the answer: JSON-RPC 2.0, single and batch. Safe on any thread.
/// </summary>
public sealed class RpcDispatcher(
    RpcMethods methods, RpcLimits limits, Workers workers, BatchThreads batches, RpcMetrics metrics)
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly JsonDocumentOptions _readerOptions = new() { MaxDepth = limits.MaxDepth };

    /// <summary>Writes the answer; nothing where the request consists of notifications. Never throws for what is in the
    /// request.</summary>
    public async ValueTask AnswerAsync(
        ReadOnlyMemory<byte> request, ResponseBuffer output, IRpcClient client, CancellationToken cancellation)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(request, _readerOptions);
        }
        catch (JsonException e)
        {
            metrics.CountInvalid();
            WriteError(output, default, new(JsonRpcError.ParseError, $"parse error: {FirstLine(e.Message)}"));
            return;
        }
        using (document)
        {
            if (document.RootElement.ValueKind == JsonValueKind.Array)
                await AnswerBatch(document.RootElement, output, client, cancellation).ConfigureAwait(false);
            else
                await AnswerOne(document.RootElement, output, client, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>An answer without a call.</summary>
    public static void WriteError(ResponseBuffer output, JsonElement id, JsonRpcException error)
    {
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        BeginAnswer(writer, id);
        WriteError(writer, error);
        writer.WriteEndObject();
    }

    /// <summary>One after the other: calls of a batch may build on each other, and a client gets one thread at a time.
    /// </summary>
    private async ValueTask AnswerBatch(
        JsonElement batch, ResponseBuffer output, IRpcClient client, CancellationToken cancellation)
    {
        int count = batch.GetArrayLength();
        if (count == 0 || count > limits.MaxBatchCalls)
        {
            metrics.CountInvalid();
            string reason =
                count == 0 ? "empty batch" : $"batch too large: {count} calls, at most {limits.MaxBatchCalls}";
            WriteError(output, default, new(JsonRpcError.InvalidRequest, reason));
            return;
        }
        if (count > limits.SmallBatchCalls)
        {
            await AnswerInTurns(batch, output, client, cancellation).ConfigureAwait(false);
            return;
        }
        int start = output.Length;
        foreach (JsonElement request in batch.EnumerateArray())
            await AnswerNext(request, start, output, client, cancellation).ConfigureAwait(false);
        EndBatch(start, output);
    }

    /// <summary>A slice at a time, on threads that others do not wait for.</summary>
    private async ValueTask AnswerInTurns(
        JsonElement batch, ResponseBuffer output, IRpcClient client, CancellationToken cancellation)
    {
        int start = output.Length;
        long turn = await batches.NextTurn(client.Origin);
        foreach (JsonElement request in batch.EnumerateArray())
        {
            if (batches.IsOver(turn)) turn = await batches.NextTurn(client.Origin);
            await AnswerNext(request, start, output, client, cancellation).ConfigureAwait(false);
        }
        EndBatch(start, output);
        // Whoever sends the answer is not to do it there.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }

    private async ValueTask AnswerNext(
        JsonElement request, int start, ResponseBuffer output, IRpcClient client, CancellationToken cancellation)
    {
        int before = output.Length;
        output.Write(before == start ? "["u8 : ","u8);
        int begin = output.Length;
        if (before - start > limits.MaxResponseBytes)
            WriteError(
                output, IdOf(request), new(JsonRpcError.LimitExceeded, "the answers of the batch are too large"));
        else
            await AnswerOne(request, output, client, cancellation).ConfigureAwait(false);
        // A notification has no answer.
        if (output.Length == begin) output.Truncate(before);
    }

    private static void EndBatch(int start, ResponseBuffer output)
    {
        if (output.Length > start) output.Write("]"u8);
    }

    private async ValueTask AnswerOne(
        JsonElement request, ResponseBuffer output, IRpcClient client, CancellationToken cancellation)
    {
        int start = output.Length;
        JsonElement id = IdOf(request);
        bool isNotification = request.ValueKind == JsonValueKind.Object && !request.TryGetProperty("id", out _);
        long began = metrics.Begin();
        string method = "";
        JsonRpcException error;
        try
        {
            method = MethodOf(request);
            using var writer = new Utf8JsonWriter(output, WriterOptions);
            BeginAnswer(writer, id);
            writer.WritePropertyName("result"u8);
            await Call(method, request, writer, client, cancellation).ConfigureAwait(false);
            writer.WriteEndObject();
            writer.Flush();
            metrics.Count(method, began, isError: false);
            if (isNotification) output.Truncate(start);
            return;
        }
        catch (JsonRpcException e)
        {
            error = e;
        }
        catch (OperationCanceledException)
        {
            error = new(JsonRpcError.ServerError, "execution aborted (timeout)");
        }
        catch (SnapshotExpiredException e)
        {
            error = new(JsonRpcError.ServerError, e.Message);
        }
        catch (InvalidDataException e)
        {
            // A source does not have what it should: a damaged database, or a remote state that cannot be read.
            metrics.ReportFailure(method, e);
            error = new(JsonRpcError.ServerError, FirstLine(e.Message));
        }
#pragma warning disable CA1031 // Whatever a method runs into, its caller gets an answer and others do not notice.
        catch (Exception e)
#pragma warning restore CA1031
        {
            metrics.ReportFailure(method, e);
            error = new(JsonRpcError.InternalError, $"internal error: {e.GetType().Name}: {FirstLine(e.Message)}");
        }
        metrics.Count(method, began, isError: true);
        // What a failed method has written goes.
        output.Truncate(start);
        if (!isNotification) WriteError(output, id, error);
    }

    private async ValueTask Call(
        string name, JsonElement request, Utf8JsonWriter writer, IRpcClient client, CancellationToken cancellation)
    {
        RpcMethod method = methods.Find(name) ?? throw new JsonRpcException(
            JsonRpcError.MethodNotFound, $"the method {Shorten(name)} does not exist/is not available");
        var arguments = new Params(request.TryGetProperty("params", out JsonElement json) ? json : default);
        TimeSpan? remoteTime = methods.TimeMax?.Invoke();
        if (method.Cost == RpcCost.Light || (method.Cost == RpcCost.Reading && remoteTime is null))
        {
            method.Direct!(new(name, arguments, writer, client, cancellation));
            return;
        }
        if (method.Cost == RpcCost.Waiting)
        {
            await method.Handler(new(name, arguments, writer, client, cancellation)).ConfigureAwait(false);
            return;
        }
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(method.TimeMax ?? remoteTime ?? limits.CallTime);
        await workers.Run(method.Direct!, new(name, arguments, writer, client, time.Token)).ConfigureAwait(false);
    }

    private static string MethodOf(JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Object
            || !request.TryGetProperty("method", out JsonElement method) || method.ValueKind != JsonValueKind.String)
            throw new JsonRpcException(JsonRpcError.InvalidRequest, "invalid request");
        if (request.TryGetProperty("jsonrpc", out JsonElement version) && !version.ValueEquals("2.0"u8))
            throw new JsonRpcException(JsonRpcError.InvalidRequest, "invalid request: jsonrpc is not \"2.0\"");
        return method.GetString()!;
    }

    /// <summary>A string, a number or null; anything else stands for null.</summary>
    private static JsonElement IdOf(JsonElement request) =>
        request.ValueKind == JsonValueKind.Object && request.TryGetProperty("id", out JsonElement id)
            && id.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? id
            : default;

    private static void BeginAnswer(Utf8JsonWriter writer, JsonElement id)
    {
        writer.WriteStartObject();
        writer.WriteString("jsonrpc"u8, "2.0"u8);
        writer.WritePropertyName("id"u8);
        if (id.ValueKind == JsonValueKind.Undefined) writer.WriteNullValue();
        else id.WriteTo(writer);
    }

    private static void WriteError(Utf8JsonWriter writer, JsonRpcException error)
    {
        writer.WriteStartObject("error"u8);
        writer.WriteNumber("code"u8, error.Code);
        writer.WriteString("message"u8, error.Message);
        if (error.ErrorData is string text) writer.WriteString("data"u8, text);
        writer.WriteEndObject();
    }

    private static string FirstLine(string text) => Shorten(text.Split('\n')[0].TrimEnd());

    private static string Shorten(string text) => text.Length <= 300 ? text : text[..300] + "...";
}
