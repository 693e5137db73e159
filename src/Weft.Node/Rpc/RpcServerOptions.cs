using System.Net;

namespace Weft.Node.Rpc;

/// <summary>Where an endpoint listens and whom it answers.</summary>
public sealed record RpcServerOptions
{
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0: any free port.</summary>
    public int Port { get; init; }

    /// <summary>Origins of web pages that may call, "*" for all; none by default (CORS).</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Names that the Host header may have besides localhost and IP addresses, "*" for all: so a web page
    /// cannot reach the node through a name of its own that resolves to this machine (DNS rebinding).</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Asks for a token with every request where it is set.</summary>
    public JwtAuthenticator? Authenticator { get; init; }

    public RpcLimits Limits { get; init; } = new();
}
