using System.Text.Json;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Node.Eth;

/// <summary>eth_ methods that look into the state.</summary>
internal sealed class EthState(ChainReader reader, TransactionPool pool)
{
    /// <summary>Slots of one request: each costs a look-up or a proof.</summary>
    private const int MaxSlots = 1024;

    public void AddTo(RpcMethods methods)
    {
        methods.AddReading("eth_getBalance", call => WithAccount(
            call, 1, static (call, account) => call.Result.WriteQuantityValue(account.Balance)));
        methods.AddReading("eth_getTransactionCount", WriteNonce);
        methods.AddReading("eth_getCode", WriteCode);
        methods.AddReading("eth_getStorageAt", WriteStorage);
        methods.AddReading("eth_getStorageValues", WriteStorageValues);
        methods.AddHeavy("eth_getProof", WriteProof);
        methods.AddHeavy("eth_getAccount", WriteAccount);
        methods.AddReading("eth_getAccountInfo", WriteAccountInfo);
    }

    private void WithAccount(RpcCall call, int block, Action<RpcCall, Account> write)
    {
        Address address = call.Params.Address(0);
        using ChainSnapshot state = reader.OpenSnapshot(call.Params.BlockId(block));
        write(call, state.TryGetAccount(address, out Account account) ? account : Account.Empty);
    }

    private void WriteNonce(RpcCall call)
    {
        BlockId id = call.Params.BlockId(1);
        // Pending is what the sender's next transaction needs: what waits in the pool counts, whether it fits or not.
        if (id.Tag == BlockTag.Pending) call.Result.WriteQuantityValue(pool.GetNextNonce(call.Params.Address(0)));
        else WithAccount(call, 1, static (call, account) => call.Result.WriteQuantityValue(account.Nonce));
    }

    private void WriteCode(RpcCall call)
    {
        Address address = call.Params.Address(0);
        using ChainSnapshot state = reader.OpenSnapshot(call.Params.BlockId(1));
        bool hasCode = state.TryGetAccount(address, out Account account) && account.CodeHash != Hash256.OfEmptyCode;
        call.Result.WriteDataValue(hasCode ? state.GetCode(account.CodeHash).Span : []);
    }

    /// <summary>All of an account but its storage, as other nodes answer it, too.</summary>
    private void WriteAccountInfo(RpcCall call)
    {
        Address address = call.Params.Address(0);
        using ChainSnapshot state = reader.OpenSnapshot(call.Params.BlockId(1));
        if (!state.TryGetAccount(address, out Account account)) account = Account.Empty;
        call.Result.WriteStartObject();
        call.Result.WriteQuantity("balance"u8, account.Balance);
        call.Result.WriteQuantity("nonce"u8, account.Nonce);
        call.Result.WriteData("code"u8, state.GetCode(account.CodeHash).Span);
        call.Result.WriteEndObject();
    }

    private void WriteStorage(RpcCall call)
    {
        Address address = call.Params.Address(0);
        UInt256 key = ReadKey(() => ValueReader.StorageKey(call.Params[1]));
        using ChainSnapshot state = reader.OpenSnapshot(call.Params.BlockId(2));
        call.Result.WriteWordValue(state.GetStorage(address, key));
    }

    /// <summary>Storage keys have errors without the number of the argument.</summary>
    private static T ReadKey<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException e)
        {
            throw new JsonRpcException(JsonRpcError.InvalidParams, e.Message);
        }
    }

    private void WriteStorageValues(RpcCall call)
    {
        var wanted = call.Params.Get(0, ReadSlotsByAddress);
        int count = wanted.Sum(entry => entry.Slots.Count);
        if (count is 0 or > MaxSlots)
            throw new JsonRpcException(
                JsonRpcError.InvalidParams,
                count == 0 ? "empty request" : $"too many slots (max {MaxSlots}, got {count})");
        using ChainSnapshot state = reader.OpenSnapshot(call.Params.BlockId(1));
        call.Result.WriteStartObject();
        foreach (var (address, slots) in wanted)
        {
            call.Result.WriteStartArray(address.ToString());
            foreach (UInt256 slot in slots) call.Result.WriteWordValue(state.GetStorage(address, slot));
            call.Result.WriteEndArray();
        }
        call.Result.WriteEndObject();
    }

    private static List<(Address Address, IReadOnlyList<UInt256> Slots)> ReadSlotsByAddress(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) throw ValueReader.WrongKind(json, "object");
        var wanted = new List<(Address, IReadOnlyList<UInt256>)>();
        foreach (JsonProperty entry in json.EnumerateObject())
        {
            if (!Hex.TryDecode(entry.Name, out byte[] bytes) || bytes.Length != 20)
                throw new FormatException($"not an address: {entry.Name[..Math.Min(entry.Name.Length, 66)]}");
            wanted.Add((new(bytes), ValueReader.List(entry.Value, ValueReader.StorageKey)));
        }
        return wanted;
    }

    // ---- Proofs (EIP-1186) ----

    private void WriteProof(RpcCall call)
    {
        Address address = call.Params.Address(0);
        var keys = call.Params.Get(
            1, json => ValueReader.List(json, key => (ValueReader.Text(key), ValueReader.StorageKey(key))), []);
        if (keys.Count > MaxSlots)
            throw new JsonRpcException(
                JsonRpcError.InvalidParams, $"too many slots (max {MaxSlots}, got {keys.Count})");
        using ChainSnapshot state = reader.OpenSnapshot(call.Params.BlockId(2));
        var proof = MerkleProof.CreateForAccount(state.Nodes, address);
        var (account, storageRoot) = Read(state, address, proof);
        Utf8JsonWriter writer = call.Result;
        writer.WriteStartObject();
        writer.WriteAddress("address"u8, address);
        WriteNodes(writer, "accountProof"u8, proof);
        WriteAccountMembers(writer, account, storageRoot);
        writer.WriteStartArray("storageProof"u8);
        foreach (var (text, slot) in keys)
        {
            call.Cancellation.ThrowIfCancellationRequested();
            writer.WriteStartObject();
            // The key comes back as it was written, as geth has it: words whole, numbers short.
            if (text.Length == 66) writer.WriteData("key"u8, Hash256.FromWord(slot).Bytes);
            else writer.WriteQuantity("key"u8, slot);
            writer.WriteQuantity("value"u8, state.GetStorage(address, slot));
            WriteNodes(
                writer, "proof"u8,
                storageRoot == Hash256.OfEmptyTrie ? [] : MerkleProof.CreateForSlot(state.Nodes, address, slot));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteAccount(RpcCall call)
    {
        Address address = call.Params.Address(0);
        using ChainSnapshot state = reader.OpenSnapshot(call.Params.BlockId(1));
        var (account, storageRoot) = Read(state, address, MerkleProof.CreateForAccount(state.Nodes, address));
        call.Result.WriteStartObject();
        call.Result.WriteHash("codeHash"u8, account.CodeHash);
        call.Result.WriteHash("storageRoot"u8, storageRoot);
        call.Result.WriteQuantity("balance"u8, account.Balance);
        call.Result.WriteQuantity("nonce"u8, account.Nonce);
        call.Result.WriteEndObject();
    }

    private static (Account Account, Hash256 StorageRoot) Read(
        ChainSnapshot state, in Address address, IReadOnlyList<byte[]> proof)
    {
        AccountProofResult proven = MerkleProof.VerifyAccount(state.StateRoot, address, proof);
        return proven.Status switch
        {
            ProofStatus.Present => (proven.Account, proven.StorageRoot),
            ProofStatus.Invalid => throw new InvalidDataException($"the proof of {address} fails: {proven.Error}"),
            _ => (Account.Empty, Hash256.OfEmptyTrie),
        };
    }

    private static void WriteAccountMembers(Utf8JsonWriter writer, in Account account, in Hash256 storageRoot)
    {
        writer.WriteQuantity("balance"u8, account.Balance);
        writer.WriteHash("codeHash"u8, account.CodeHash);
        writer.WriteQuantity("nonce"u8, account.Nonce);
        writer.WriteHash("storageHash"u8, storageRoot);
    }

    private static void WriteNodes(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<byte[]> nodes)
    {
        writer.WriteStartArray(name);
        foreach (byte[] node in nodes) writer.WriteDataValue(node);
        writer.WriteEndArray();
    }
}
