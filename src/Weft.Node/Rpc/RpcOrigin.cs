using System.Buffers.Binary;
using System.Net;

namespace Weft.Node.Rpc;

/// <summary>Whose a call is, for those that share what there is among the callers. <paramref name="Network"/> is what
/// one party holds: an address of IPv4, or the first half of one of IPv6, of which everybody has as many as he likes.
/// </summary>
public readonly record struct RpcOrigin(ulong Network, string Connection)
{
    public static RpcOrigin Of(IPAddress? address, string connection) => new(NetworkOf(address), connection);

    private static ulong NetworkOf(IPAddress? address)
    {
        if (address is null) return 0;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out int length) && length == 4
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }
}
