using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Weft.State;

namespace Weft.Chain.BuiltIn;

/// <summary>A genesis as RLP: [header, [[address, nonce, balance, code, [[slot, value]…]]…]], accounts and slots
/// ascending.</summary>
public static class GenesisCodec
{
    /// <summary>Bytes of the fields of an account at least, and of a slot.</summary>
    private const int MinAccountSize = 26, MinSlotSize = 3;

    public static byte[] Encode(Genesis genesis)
    {
        using var writer = new RlpWriter(1 << 16);
        int outer = writer.BeginList();
        BlockHeaderCodec.Write(genesis.Header, writer);
        int accounts = writer.BeginList();
        foreach (var (address, account) in genesis.State.Accounts.OrderBy(pair => pair.Key))
            WriteAccount(writer, address, account!.Value, genesis.State);
        writer.EndList(accounts);
        writer.EndList(outer);
        return writer.ToArray();
    }

    /// <exception cref="RlpException">The bytes are no genesis.</exception>
    public static Genesis Decode(ReadOnlySpan<byte> bytes)
    {
        var state = new StateChanges();
        var reader = new RlpReader(bytes);
        int outer = reader.BeginList();
        var header = BlockHeaderCodec.Read(ref reader);
        int accounts = reader.BeginList();
        int count = reader.CountItems(MinAccountSize);
        for (int i = 0; i < count && !reader.Failed; i++) ReadAccount(ref reader, state);
        reader.EndList(accounts);
        reader.EndList(outer);
        reader.FinishOrThrow();
        return new(header, state);
    }

    private static void WriteAccount(RlpWriter writer, in Address address, in Account account, StateChanges state)
    {
        int list = writer.BeginList();
        writer.Write(address);
        writer.Write(account.Nonce);
        writer.Write(account.Balance);
        writer.Write(state.Code.TryGetValue(account.CodeHash, out var code) ? code.Span : []);
        int slots = writer.BeginList();
        if (state.Storage.TryGetValue(address, out var storage))
        {
            foreach (var (key, value) in storage.OrderBy(pair => pair.Key))
            {
                int slot = writer.BeginList();
                writer.Write(key);
                writer.Write(value);
                writer.EndList(slot);
            }
        }
        writer.EndList(slots);
        writer.EndList(list);
    }

    private static void ReadAccount(ref RlpReader reader, StateChanges state)
    {
        int list = reader.BeginList();
        var address = reader.ReadAddress();
        ulong nonce = reader.ReadUInt64();
        var balance = reader.ReadUInt256();
        byte[] code = reader.ReadBytes().ToArray();
        var codeHash = Keccak.Hash(code);
        if (code.Length > 0) state.Code[codeHash] = code;
        state.Accounts[address] = new Account(nonce, balance, codeHash);
        ReadSlots(ref reader, address, state);
        reader.EndList(list);
    }

    private static void ReadSlots(ref RlpReader reader, Address address, StateChanges state)
    {
        int list = reader.BeginList();
        int count = reader.CountItems(MinSlotSize);
        if (count > 0) state.Storage[address] = new(count);
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            int slot = reader.BeginList();
            var key = reader.ReadUInt256();
            state.Storage[address][key] = reader.ReadUInt256();
            reader.EndList(slot);
        }
        reader.EndList(list);
    }
}
