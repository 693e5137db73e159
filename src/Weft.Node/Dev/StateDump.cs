using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using Weft.Chain.Dev;
using Weft.Chain.Live;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.State;

namespace Weft.Node.Dev;

/// <summary>A whole state as anvil_dumpState has it: JSON with the member accounts, compressed by gzip. Blocks are not
/// part of it.</summary>
internal static class StateDump
{
    /// <summary>Bytes of JSON, unpacked.</summary>
    private const int BytesMax = 256 << 20;

    /// <exception cref="JsonRpcException">The state is too large for an answer.</exception>
    public static byte[] Write(ChainSnapshot state, CancellationToken cancellation)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        using (var writer = new Utf8JsonWriter(gzip))
        {
            writer.WriteStartObject();
            writer.WriteQuantity("best_block_number"u8, state.Header.Number);
            writer.WriteStartObject("accounts"u8);
            foreach (var (address, account) in state.GetAccounts())
            {
                cancellation.ThrowIfCancellationRequested();
                WriteAccount(writer, state, address, account);
                if (writer.BytesCommitted + writer.BytesPending > BytesMax)
                    throw new JsonRpcException(JsonRpcError.LimitExceeded, $"the state has more than {BytesMax} bytes");
                if (writer.BytesPending > 1 << 16) writer.Flush();
            }
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return packed.ToArray();
    }

    /// <summary>Packed or plain.</summary>
    /// <exception cref="FormatException">It is no state.</exception>
    public static IReadOnlyList<DevAccountState> Read(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(IsPacked(bytes) ? Unpack(bytes) : bytes);
            var accounts = ValueReader.Required(document.RootElement, "accounts", json => json);
            if (accounts.ValueKind != JsonValueKind.Object) throw ValueReader.WrongKind(accounts, "object");
            return [.. accounts.EnumerateObject().Select(ReadAccount)];
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new FormatException($"no state: {e.Message}");
        }
    }

    private static void WriteAccount(Utf8JsonWriter writer, IStateView state, Address address, in Account account)
    {
        writer.WriteStartObject(address.ToString());
        writer.WriteNumber("nonce"u8, account.Nonce);
        writer.WriteQuantity("balance"u8, account.Balance);
        writer.WriteData("code"u8, state.GetCode(account.CodeHash).Span);
        writer.WriteStartObject("storage"u8);
        foreach (var (key, value) in state.GetSlots(address))
            writer.WriteString(Hash256.FromWord(key).ToString(), Hash256.FromWord(value).ToString());
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static DevAccountState ReadAccount(JsonProperty entry)
    {
        if (!Hex.TryDecode(entry.Name, out byte[] address) || address.Length != 20)
            throw new FormatException($"not an address: {entry.Name[..Math.Min(entry.Name.Length, 66)]}");
        var slots = new Dictionary<UInt256, UInt256>();
        if (ValueReader.TryGet(entry.Value, "storage", out JsonElement storage))
        {
            if (storage.ValueKind != JsonValueKind.Object) throw ValueReader.WrongKind(storage, "object");
            foreach (JsonProperty slot in storage.EnumerateObject())
            {
                if (!UInt256.TryParse(slot.Name, out UInt256 key)) throw new FormatException($"no slot: {slot.Name}");
                slots[key] = ValueReader.StorageKey(slot.Value);
            }
        }
        return new(
            new(address), ValueReader.Optional(entry.Value, "nonce", ValueReader.LenientQuantity64) ?? 0,
            ValueReader.Optional(entry.Value, "balance", ValueReader.LenientQuantity) ?? UInt256.Zero,
            ValueReader.OptionalObject(entry.Value, "code", ValueReader.Data) ?? [], slots);
    }

    private static bool IsPacked(byte[] bytes) => bytes is [0x1f, 0x8b, ..];

    /// <summary>A small file may unpack to any length.</summary>
    private static ReadOnlyMemory<byte> Unpack(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        var unpacked = new ArrayBufferWriter<byte>(1 << 16);
        while (gzip.Read(unpacked.GetSpan(1 << 16)) is > 0 and var count)
        {
            unpacked.Advance(count);
            if (unpacked.WrittenCount > BytesMax) throw new InvalidDataException($"more than {BytesMax} bytes");
        }
        return unpacked.WrittenMemory;
    }
}
