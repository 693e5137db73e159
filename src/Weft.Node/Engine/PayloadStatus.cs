using System.Text.Json;
using Weft.Node.Rpc;
using Weft.Primitives;

namespace Weft.Node.Engine;

/// <summary>What the node says about a payload (PayloadStatusV1).</summary>
internal sealed record PayloadStatus(string Status, Hash256? LatestValid = null, string? Error = null)
{
    public static PayloadStatus Syncing { get; } = new("SYNCING");

    public static PayloadStatus Valid(in Hash256 hash) => new("VALID", hash);

    public static PayloadStatus Invalid(Hash256? latestValid, string error) => new("INVALID", latestValid, error);

    public static PayloadStatus InvalidBlockHash(string error) => new("INVALID_BLOCK_HASH", null, error);

    public bool IsValid => Status == "VALID";

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("status"u8, Status);
        if (LatestValid is { } hash) writer.WriteHash("latestValidHash"u8, hash);
        else writer.WriteNull("latestValidHash"u8);
        writer.WriteString("validationError"u8, Error);
        writer.WriteEndObject();
    }
}
