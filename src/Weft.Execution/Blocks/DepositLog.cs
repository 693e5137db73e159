using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Execution.Blocks;

/// <summary>
/// The event of the deposit contract (EIP-6110): five byte strings, ABI-encoded, whose lengths are fixed, so that there
/// is exactly one layout. The request is their bytes one after the other.
/// </summary>
internal static class DepositLog
{
    /// <summary>Bytes of a deposit request: public key, withdrawal credentials, amount, signature, index.</summary>
    public const int RequestLength = 48 + 32 + 8 + 96 + 8;

    public static readonly Address MainnetContract = Address.Parse("0x00000000219ab540356cbb839cbe05303d7705fa");

    /// <summary>DepositEvent(bytes,bytes,bytes,bytes,bytes).</summary>
    public static readonly Hash256 EventTopic =
        Hash256.Parse("0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5");

    private const int DataLength = 576;
    private const int WordLength = 32;
    private static ReadOnlySpan<int> FieldLengths => [48, 32, 8, 96, 8];
    private static ReadOnlySpan<int> FieldOffsets => [160, 256, 320, 384, 512];

    public static bool IsDeposit(LogEntry log, in Address contract) =>
        log.Address == contract && HasEventTopic(log);

    public static bool HasEventTopic(LogEntry log) => log.Topics.Count > 0 && log.Topics[0] == EventTopic;

    /// <summary>Writes <see cref="RequestLength"/> bytes; false when the data has another layout.</summary>
    public static bool TryReadRequest(ReadOnlySpan<byte> data, Span<byte> request)
    {
        if (data.Length != DataLength) return false;
        for (int field = 0; field < FieldLengths.Length; field++)
        {
            int offset = FieldOffsets[field], length = FieldLengths[field];
            if (!IsWord(data.Slice(field * WordLength, WordLength), offset)) return false;
            if (!IsWord(data.Slice(offset, WordLength), length)) return false;
            data.Slice(offset + WordLength, length).CopyTo(request);
            request = request[length..];
        }
        return true;
    }

    private static bool IsWord(ReadOnlySpan<byte> word, int value) =>
        UInt256.FromBigEndian(word) == (UInt256)(ulong)value;
}
