using Weft.Cli.Input;
using Weft.Primitives;
using Weft.State;

namespace Weft.Cli.Chains;

/// <summary>Reads "alloc" of a genesis file: the state before the first block.</summary>
internal static class AllocationReader
{
    public static StateChanges Read(JsonCursor alloc)
    {
        var state = new StateChanges();
        foreach (var (name, account) in alloc.Members())
        {
            var address = AccountReader.ReadAddress(name, account);
            // JSON tells "0xAB…" from "ab…"; an address is the same.
            if (!state.Accounts.TryAdd(address, null)) throw account.Error("this address is there twice");
            state.Accounts[address] = new(
                account.TryGet("nonce", out var nonce) ? nonce.Quantity64() : 0, account["balance"].Quantity(),
                ReadCode(account, state));
            ReadStorage(address, account, state);
        }
        return state;
    }

    private static Hash256 ReadCode(JsonCursor account, StateChanges state)
    {
        if (!account.TryGet("code", out var json)) return Hash256.OfEmptyCode;
        byte[] code = json.Bytes();
        if (code.Length == 0) return Hash256.OfEmptyCode;
        var hash = Keccak.Hash(code);
        state.Code[hash] = code;
        return hash;
    }

    private static void ReadStorage(Address address, JsonCursor account, StateChanges state)
    {
        if (!account.TryGet("storage", out var storage)) return;
        var slots = new Dictionary<UInt256, UInt256>();
        foreach (var (name, value) in storage.Members())
        {
            if (!TryParseSlot(name, out var key)) throw value.Error("its name is no slot of at most 256 bits");
            if (!TryParseSlot(value.Text(), out var word)) throw value.Error("no value of at most 256 bits");
            if (!slots.TryAdd(key, word)) throw value.Error("this slot is there twice");
        }
        // A zero slot is no slot: a state trie has no leaf for it.
        foreach (var (key, value) in slots) if (value.IsZero) slots.Remove(key);
        if (slots.Count > 0) state.Storage.Add(address, slots);
    }

    /// <summary>Hexadecimal always, with or without 0x.</summary>
    private static bool TryParseSlot(string text, out UInt256 word)
    {
        bool hasPrefix = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return JsonCursor.TryParseWord(hasPrefix ? text : "0x" + text, out word);
    }
}
