using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Weft.Node.Rpc;

/// <summary>
/// An endpoint: JSON-RPC over POST and WebSocket, on Kestrel, and pages to GET. Its methods do not change once it has
/// started. </summary>
public sealed class RpcServer : IAsyncDisposable
{
    /// <summary>Kestrel copies what it is given, so it is given a large answer in parts.</summary>
    private const int SendBytes = 64 << 10;

    private readonly RpcServerOptions _options;
    private readonly RpcDispatcher _dispatcher;
    private readonly RequestGuard _guard;
    private readonly TransferBudget _transfers;
    private readonly Workers _workers;
    private readonly BatchThreads _batches;
    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, (string ContentType, Func<string> Content)> _pages = new();

    public RpcServer(RpcServerOptions options, RpcMethods methods, ILoggerFactory loggers)
    {
        _options = options;
        _guard = new(options);
        _transfers = new(options.Limits.MaxTransferBytes);
        _workers = new(options.Limits.Workers, options.Limits.MaxWaitingCalls, options.Limits.ShortCallTime);
        _batches = new(options.Limits.Workers);
        Metrics = new(loggers.CreateLogger("rpc"));
        Metrics.Register(methods.Names);
        _dispatcher = new(methods, options.Limits, _workers, _batches, Metrics);
        _application = Build(options, loggers);
        _application.UseWebSockets(new()
        {
            KeepAliveInterval = TimeSpan.FromSeconds(30), KeepAliveTimeout = TimeSpan.FromSeconds(30),
        });
        _application.Run(Handle);
    }

    public RpcMetrics Metrics { get; }

    /// <summary>Where it listens; the port is the real one once it has started.</summary>
    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.None, 0);

    /// <summary>A page to GET, without a token. Before the start.</summary>
    public void AddPage(string path, string contentType, Func<string> content) =>
        _pages.Add(path, (contentType, content));

    /// <exception cref="IOException">The port is taken, or the address is not of this machine.</exception>
    public async Task StartAsync()
    {
        await _application.StartAsync().ConfigureAwait(false);
        var addresses = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        EndPoint = new(_options.Address, new Uri(addresses.Addresses.First()).Port);
    }

    /// <summary>Ends every connection and call.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2)))
            await _application.StopAsync(patience.Token).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _workers.Dispose();
        _batches.Dispose();
        _guard.Dispose();
        _stopping.Dispose();
    }

    private static WebApplication Build(RpcServerOptions options, ILoggerFactory loggers)
    {
        // The empty builder reads no configuration, watches no files and starts in a few milliseconds.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddLogging();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.Limits.MaxRequestBytes;
            kestrel.Limits.MaxConcurrentConnections = options.Limits.MaxConnections;
            kestrel.Limits.MaxConcurrentUpgradedConnections = options.Limits.MaxConnections;
            kestrel.Limits.RequestHeadersTimeout = options.Limits.HeaderTime;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
            kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(10));
            kestrel.Limits.MinResponseDataRate = new(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(10));
            kestrel.Listen(options.Address, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        return builder.Build();
    }

    private async Task Handle(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) && !context.WebSockets.IsWebSocketRequest
            && _pages.TryGetValue(context.Request.Path.Value ?? "/", out var page))
        {
            context.Response.ContentType = page.ContentType;
            await context.Response.WriteAsync(page.Content()).ConfigureAwait(false);
            return;
        }
        if (HttpMethods.IsOptions(context.Request.Method) && context.Request.Headers.ContainsKey("Origin"))
        {
            context.Response.StatusCode = _guard.RefusePreflight(context)?.Status ?? 204;
            return;
        }
        if (_guard.Refuse(context) is { } refusal)
            await Refuse(context, refusal.Status, refusal.Reason).ConfigureAwait(false);
        else if (context.WebSockets.IsWebSocketRequest) await AnswerSocket(context).ConfigureAwait(false);
        else if (HttpMethods.IsPost(context.Request.Method)) await AnswerPost(context).ConfigureAwait(false);
        else context.Response.StatusCode = 405;
    }

    private async Task AnswerPost(HttpContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        using var answer = new ResponseBuffer();
        using var share = _transfers.Open();
        if (!await ReadAndAnswer(context, answer, share, ending.Token).ConfigureAwait(false)) return;
        if (!share.TryHold(answer.Length))
        {
            await RefuseForMemory(context).ConfigureAwait(false);
            return;
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        for (int sent = 0; sent < answer.Length; sent += SendBytes)
            await context.Response.BodyWriter.WriteAsync(
                answer.Written.Slice(sent, Math.Min(SendBytes, answer.Length - sent)), context.RequestAborted)
                .ConfigureAwait(false);
    }

    private static Task RefuseForMemory(HttpContext context) =>
        Refuse(context, 503, "too many large requests and answers are on their way, try again later");

    private static Task Refuse(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        // What is left of the body is not worth being read.
        if (status is 408 or 503) context.Response.Headers.Connection = "close";
        return context.Response.WriteAsync(reason + "\n");
    }

    private async ValueTask<bool> ReadAndAnswer(
        HttpContext context, ResponseBuffer answer, TransferBudget.Share share, CancellationToken cancellation)
    {
        PipeReader reader = context.Request.BodyReader;
        if (await ReadToEnd(context, share, cancellation).ConfigureAwait(false) is not { } body) return false;
        ReadOnlyMemory<byte> request = body.IsSingleSegment ? body.First : body.ToArray();
        await _dispatcher.AnswerAsync(request, answer, new HttpCaller(OriginOf(context)), cancellation)
            .ConfigureAwait(false);
        reader.AdvanceTo(body.End);
        return true;
    }

    /// <summary>Null where the client has been told what is wrong, or is gone.</summary>
    private async ValueTask<ReadOnlySequence<byte>?> ReadToEnd(
        HttpContext context, TransferBudget.Share share, CancellationToken cancellation)
    {
        PipeReader reader = context.Request.BodyReader;
        CancellationTokenSource? time = null;
        try
        {
            while (true)
            {
                // Kestrel counts against MaxRequestBodySize also where no length was announced.
                ReadResult result = await reader.ReadAsync(time?.Token ?? cancellation).ConfigureAwait(false);
                if (!share.TryHold(result.Buffer.Length)) break;
                if (result.IsCompleted) return result.Buffer;
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                time ??= CreateBodyTime(cancellation);
            }
            await RefuseForMemory(context).ConfigureAwait(false);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            await Refuse(context, e.StatusCode, e.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (!cancellation.IsCancellationRequested)
                await Refuse(context, 408, "the request took too long to arrive").ConfigureAwait(false);
        }
        finally
        {
            time?.Dispose();
        }
        return null;
    }

    /// <summary>Kestrel's least rate is one on average: whoever sends much at first could wait for hours with the rest.
    /// Few bodies come in more than one part, so few need this.</summary>
    private CancellationTokenSource CreateBodyTime(CancellationToken cancellation)
    {
        var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(_options.Limits.BodyTime);
        return time;
    }

    private async Task AnswerSocket(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        using var connection = new WebSocketConnection(
            socket, _dispatcher, _options.Limits, _transfers, OriginOf(context));
        await connection.RunAsync(ending.Token).ConfigureAwait(false);
    }

    private static RpcOrigin OriginOf(HttpContext context) =>
        RpcOrigin.Of(context.Connection.RemoteIpAddress, context.Connection.Id);

    /// <summary>All that methods learn of a client of HTTP.</summary>
    private sealed class HttpCaller(RpcOrigin origin) : IRpcClient
    {
        public RpcOrigin Origin => origin;

        public IRpcPush? Push => null;

        public void AfterAnswer(Action action) => throw new InvalidOperationException("nothing can be pushed");
    }
}
