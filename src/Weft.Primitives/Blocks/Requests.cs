using System.Security.Cryptography;

namespace Weft.Primitives.Blocks;

/// <summary>Requests from the execution layer to the consensus layer (EIP-7685).</summary>
public static class Requests
{
    /// <summary>The commitment in the header: sha256(sha256(request 0) ‖ sha256(request 1) ‖ …), a request being its
    /// type byte and its data, in order of type. Requests without data do not count.</summary>
    public static Hash256 ComputeHash(IReadOnlyList<ReadOnlyMemory<byte>> requests)
    {
        using var outer = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> digest = stackalloc byte[32];
        for (int i = 0; i < requests.Count; i++)
        {
            if (requests[i].Length <= 1) continue;
            SHA256.HashData(requests[i].Span, digest);
            outer.AppendData(digest);
        }
        outer.GetHashAndReset(digest);
        return new(digest);
    }
}
