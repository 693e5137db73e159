using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Weft.Node.Rpc;

/// <summary>Decides about a request before its body is read: host, origin, token, rate. Safe on any thread.</summary>
internal sealed class RequestGuard(RpcServerOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<IPAddress>? _rates = CreateRates(options.Limits.RequestsPerSecond);

    /// <summary>Status and reason of a refusal; null where the request may go on. Adds the headers of CORS.</summary>
    public (int Status, string Reason)? Refuse(HttpContext context)
    {
        if (!IsHostAllowed(context.Request.Host.Host)) return (403, "invalid host specified");
        string? origin = context.Request.Headers.Origin;
        if (!string.IsNullOrEmpty(origin))
        {
            bool isAllowed = IsOriginAllowed(origin);
            if (isAllowed) Allow(context.Response.Headers, origin);
            // Browsers let any page open a WebSocket: only we can refuse it.
            else if (context.WebSockets.IsWebSocketRequest) return (403, "origin not allowed");
        }
        if (options.Authenticator?.Refuse(context.Request.Headers.Authorization) is { } reason) return (401, reason);
        return IsTooFast(context) ? (429, "too many requests") : null;
    }

    /// <summary>The question of a browser before a call of a web page; it brings no token.</summary>
    public (int Status, string Reason)? RefusePreflight(HttpContext context)
    {
        if (!IsHostAllowed(context.Request.Host.Host)) return (403, "invalid host specified");
        string origin = context.Request.Headers.Origin.ToString();
        if (!IsOriginAllowed(origin)) return (403, "origin not allowed");
        Allow(context.Response.Headers, origin);
        return null;
    }

    public void Dispose() => _rates?.Dispose();

    private bool IsHostAllowed(string host)
    {
        // HTTP/1.0 has none.
        if (host.Length == 0 || IPAddress.TryParse(host.Trim('[', ']'), out _)) return true;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || options.AllowedHosts.Any(
                allowed => allowed == "*" || allowed.Equals(host, StringComparison.OrdinalIgnoreCase));
    }

    private bool IsOriginAllowed(string origin) => options.AllowedOrigins.Any(
        allowed => allowed == "*" || allowed.Equals(origin, StringComparison.OrdinalIgnoreCase));

    private static void Allow(IHeaderDictionary headers, string origin)
    {
        headers.AccessControlAllowOrigin = origin;
        headers.Vary = "Origin";
        headers.AccessControlAllowMethods = "GET, POST, OPTIONS";
        headers.AccessControlAllowHeaders = "Content-Type, Authorization";
        headers.AccessControlMaxAge = "600";
    }

    private bool IsTooFast(HttpContext context)
    {
        if (_rates is null) return false;
        using RateLimitLease lease = _rates.AttemptAcquire(context.Connection.RemoteIpAddress ?? IPAddress.None);
        return !lease.IsAcquired;
    }

    /// <summary>The library forgets addresses that have been idle.</summary>
    private static PartitionedRateLimiter<IPAddress>? CreateRates(int perSecond) => perSecond == 0
        ? null
        : PartitionedRateLimiter.Create<IPAddress, IPAddress>(address => RateLimitPartition.GetTokenBucketLimiter(
            address, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = perSecond, TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            }));
}
