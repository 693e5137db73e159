namespace Weft.Node.Engine;

/// <summary>The error codes of the Engine API (execution-apis, engine/common.md).</summary>
internal static class EngineError
{
    public const int UnknownPayload = -38001;
    public const int InvalidForkchoiceState = -38002;
    public const int InvalidPayloadAttributes = -38003;
    public const int TooLargeRequest = -38004;
    public const int UnsupportedFork = -38005;
}
