using System.Text.Json;
using Weft.Chain.Live;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Node.Eth;

/// <summary>Reads what calls are made of: the transaction object, overrides of state and block. Errors are
/// <see cref="FormatException"/>s in geth's words.</summary>
internal static class CallReader
{
    public static CallRequest Read(JsonElement json)
    {
        var request = new CallRequest
        {
            From = ValueReader.Optional(json, "from", ValueReader.Address) ?? Address.Zero,
            To = ValueReader.Optional(json, "to", ValueReader.Address),
            Gas = ValueReader.Optional(json, "gas", ValueReader.Quantity64),
            GasPrice = ValueReader.Optional(json, "gasPrice", ValueReader.Quantity),
            MaxFeePerGas = ValueReader.Optional(json, "maxFeePerGas", ValueReader.Quantity),
            MaxPriorityFeePerGas = ValueReader.Optional(json, "maxPriorityFeePerGas", ValueReader.Quantity),
            MaxFeePerBlobGas = ValueReader.Optional(json, "maxFeePerBlobGas", ValueReader.Quantity),
            Value = ValueReader.Optional(json, "value", ValueReader.Quantity) ?? UInt256.Zero,
            Nonce = ValueReader.Optional(json, "nonce", ValueReader.Quantity64),
            Data = ReadInput(json),
            AccessList = ValueReader.OptionalObject(
                json, "accessList", list => ValueReader.List(list, ReadAccessListEntry)),
            BlobVersionedHashes = ValueReader.OptionalObject(
                json, "blobVersionedHashes", list => ValueReader.List(list, ValueReader.Hash)),
            AuthorizationList = ValueReader.OptionalObject(
                json, "authorizationList", list => ValueReader.List(list, ReadAuthorization)),
        };
        if (request.GasPrice is not null && (request.MaxFeePerGas ?? request.MaxPriorityFeePerGas) is not null)
            throw new JsonRpcException(
                JsonRpcError.ServerError,
                "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified");
        return request;
    }

    public static AccessListEntry ReadAccessListEntry(JsonElement json) => new(
        ValueReader.Required(json, "address", ValueReader.Address),
        ValueReader.OptionalObject(
            json, "storageKeys", list => ValueReader.List(list, key => ValueReader.Hash(key).ToWord())) ?? []);

    public static IReadOnlyDictionary<Address, AccountOverride> ReadStateOverrides(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) throw ValueReader.WrongKind(json, "override.StateOverride");
        var overrides = new Dictionary<Address, AccountOverride>();
        foreach (JsonProperty entry in json.EnumerateObject())
        {
            if (!Hex.TryDecode(entry.Name, out byte[] bytes) || bytes.Length != 20)
                throw new FormatException($"not an address: {entry.Name[..Math.Min(entry.Name.Length, 66)]}");
            overrides[new(bytes)] = ReadAccountOverride(entry.Value, new(bytes));
        }
        return overrides;
    }

    public static BlockOverrides ReadBlockOverrides(JsonElement json) => new()
    {
        Number = ValueReader.Optional(json, "number", ValueReader.Quantity64),
        Difficulty = ValueReader.Optional(json, "difficulty", ValueReader.Quantity),
        Timestamp = ValueReader.Optional(json, "time", ValueReader.Quantity64)
            ?? ValueReader.Optional(json, "timestamp", ValueReader.Quantity64),
        GasLimit = ValueReader.Optional(json, "gasLimit", ValueReader.Quantity64),
        FeeRecipient = ValueReader.Optional(json, "feeRecipient", ValueReader.Address)
            ?? ValueReader.Optional(json, "coinbase", ValueReader.Address),
        PrevRandao = ValueReader.Optional(json, "prevRandao", ValueReader.Hash)
            ?? ValueReader.Optional(json, "random", ValueReader.Hash),
        BaseFee = ValueReader.Optional(json, "baseFeePerGas", ValueReader.Quantity)
            ?? ValueReader.Optional(json, "baseFee", ValueReader.Quantity),
        BlobBaseFee = ValueReader.Optional(json, "blobBaseFee", ValueReader.Quantity),
        ParentBeaconBlockRoot = ValueReader.Optional(json, "parentBeaconBlockRoot", ValueReader.Hash)
            ?? ValueReader.Optional(json, "beaconRoot", ValueReader.Hash),
        Withdrawals = ValueReader.OptionalObject(
            json, "withdrawals", list => ValueReader.List(list, ReadWithdrawal)),
    };

    public static Withdrawal ReadWithdrawal(JsonElement json) => new(
        ValueReader.Required(json, "index", ValueReader.Quantity64),
        ValueReader.Required(json, "validatorIndex", ValueReader.Quantity64),
        ValueReader.Required(json, "address", ValueReader.Address),
        ValueReader.Required(json, "amount", ValueReader.Quantity64));

    private static byte[] ReadInput(JsonElement json)
    {
        byte[]? input = ValueReader.OptionalObject(json, "input", ValueReader.Data);
        byte[]? data = ValueReader.OptionalObject(json, "data", ValueReader.Data);
        if (input is not null && data is not null && !input.AsSpan().SequenceEqual(data))
            throw new JsonRpcException(
                JsonRpcError.ServerError,
                "both \"data\" and \"input\" are set and not equal. "
                + "Please use \"input\" to pass transaction call data");
        return input ?? data ?? [];
    }

    private static AccountOverride ReadAccountOverride(JsonElement json, in Address address)
    {
        var account = new AccountOverride
        {
            Balance = ValueReader.Optional(json, "balance", ValueReader.Quantity),
            Nonce = ValueReader.Optional(json, "nonce", ValueReader.Quantity64),
            Code = ValueReader.Optional(json, "code", code => new ReadOnlyMemory<byte>(ValueReader.Data(code))),
            State = ValueReader.OptionalObject(json, "state", ReadSlots),
            StateDiff = ValueReader.OptionalObject(json, "stateDiff", ReadSlots),
            MovePrecompileTo = ValueReader.Optional(json, "movePrecompileToAddress", ValueReader.Address),
        };
        return account.State is null || account.StateDiff is null
            ? account
            : throw new JsonRpcException(
                JsonRpcError.InvalidParams, $"account {address} has both 'state' and 'stateDiff'");
    }

    private static IReadOnlyDictionary<UInt256, UInt256> ReadSlots(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) throw ValueReader.WrongKind(json, "map[common.Hash]common.Hash");
        var slots = new Dictionary<UInt256, UInt256>();
        foreach (JsonProperty slot in json.EnumerateObject())
        {
            if (!Hex.TryDecode(slot.Name, out byte[] key) || key.Length > 32)
                throw new FormatException($"invalid storage key {slot.Name[..Math.Min(slot.Name.Length, 80)]}");
            slots[UInt256.FromBigEndian(key)] = ValueReader.StorageKey(slot.Value);
        }
        return slots;
    }

    private static Authorization ReadAuthorization(JsonElement json)
    {
        UInt256 parity = ValueReader.Optional(json, "yParity", ValueReader.Quantity)
            ?? ValueReader.Required(json, "v", ValueReader.Quantity);
        if (parity > 255) throw new FormatException("yParity: larger than 8 bits");
        return AuthorizationRecovery.WithAuthority(new(
            ValueReader.Required(json, "chainId", ValueReader.Quantity),
            ValueReader.Required(json, "address", ValueReader.Address),
            ValueReader.Required(json, "nonce", ValueReader.Quantity64), (byte)parity.U0,
            ValueReader.Required(json, "r", ValueReader.Quantity),
            ValueReader.Required(json, "s", ValueReader.Quantity)));
    }
}
