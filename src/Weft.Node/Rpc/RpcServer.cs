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
    private readonly RpcServerOptions _options;
    private readonly RpcDispatcher _dispatcher;
    private readonly RequestGuard _guard;
    private readonly Workers _workers;
    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, (string ContentType, Func<string> Content)> _pages = new();

    public RpcServer(RpcServerOptions options, RpcMethods methods, ILoggerFactory loggers)
    {
        _options = options;
        _guard = new(options);
        _workers = new(options.Limits.Workers, options.Limits.MaxWaitingCalls);
        Metrics = new(loggers.CreateLogger("rpc"));
        Metrics.Register(methods.Names);
        _dispatcher = new(methods, options.Limits, _workers, Metrics);
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
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
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
            Refuse(context, _guard.RefusePreflight(context));
            return;
        }
        if (_guard.Refuse(context) is { } refusal)
        {
            context.Response.StatusCode = refusal.Status;
            await context.Response.WriteAsync(refusal.Reason + "\n").ConfigureAwait(false);
        }
        else if (context.WebSockets.IsWebSocketRequest) await AnswerSocket(context).ConfigureAwait(false);
        else if (HttpMethods.IsPost(context.Request.Method)) await AnswerPost(context).ConfigureAwait(false);
        else context.Response.StatusCode = 405;
    }

    private static void Refuse(HttpContext context, (int Status, string Reason)? refusal) =>
        context.Response.StatusCode = refusal?.Status ?? 204;

    private async Task AnswerPost(HttpContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        using var answer = new ResponseBuffer();
        if (!await ReadAndAnswer(context, answer, ending.Token).ConfigureAwait(false)) return;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        await context.Response.BodyWriter.WriteAsync(answer.Written, context.RequestAborted).ConfigureAwait(false);
    }

    private async ValueTask<bool> ReadAndAnswer(
        HttpContext context, ResponseBuffer answer, CancellationToken cancellation)
    {
        PipeReader reader = context.Request.BodyReader;
        ReadResult body;
        try
        {
            // Kestrel counts against MaxRequestBodySize also where no length was announced.
            body = await ReadToEnd(reader, cancellation).ConfigureAwait(false);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            context.Response.StatusCode = e.StatusCode;
            await context.Response.WriteAsync(e.Message + "\n", cancellation).ConfigureAwait(false);
            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        ReadOnlyMemory<byte> request = body.Buffer.IsSingleSegment ? body.Buffer.First : body.Buffer.ToArray();
        await _dispatcher.AnswerAsync(request, answer, HttpClientOf.Any, cancellation).ConfigureAwait(false);
        reader.AdvanceTo(body.Buffer.End);
        return true;
    }

    private static async ValueTask<ReadResult> ReadToEnd(PipeReader reader, CancellationToken cancellation)
    {
        while (true)
        {
            ReadResult result = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            if (result.IsCompleted) return result;
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private async Task AnswerSocket(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        using var connection = new WebSocketConnection(socket, _dispatcher, _options.Limits);
        await connection.RunAsync(ending.Token).ConfigureAwait(false);
    }

    /// <summary>All that methods learn of a client of HTTP.</summary>
    private sealed class HttpClientOf : IRpcClient
    {
        public static readonly HttpClientOf Any = new();

        public IRpcPush? Push => null;

        public void AfterAnswer(Action action) => throw new InvalidOperationException("nothing can be pushed");
    }
}
