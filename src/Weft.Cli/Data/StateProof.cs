using Weft.Chain;
using Weft.Cli.Commands;
using Weft.Primitives;
using Weft.State;
using Weft.State.Trie;

namespace Weft.Cli.Data;

/// <summary>What a command on the state was asked.</summary>
internal sealed record StateQuery(Address Address, IReadOnlyList<UInt256> Slots, bool AsJson);

/// <summary>A slot with the nodes that prove it.</summary>
internal sealed record SlotProof(UInt256 Slot, UInt256 Value, IReadOnlyList<byte[]> Nodes);

/// <summary>An account, or that there is none, with slots: all of it verified against the state root of a header as
/// somebody would who has nothing else (EIP-1186).</summary>
internal sealed record StateProof(
    BlockOfProof Block, Address Address, Account? Account, Hash256 StorageRoot, IReadOnlyList<byte[]> Nodes,
    IReadOnlyList<SlotProof> Slots)
{
    /// <exception cref="InvalidDataException">The tries of the database do not prove the state.</exception>
    public static StateProof Create(StateAtBlock state, Address address, IReadOnlyList<UInt256> slots)
    {
        var nodes = MerkleProof.CreateForAccount(state.Nodes, address);
        var proven = MerkleProof.VerifyAccount(state.Header.StateRoot, address, nodes);
        Check(proven.Status, proven.Error, $"account {address}");
        var block = new BlockOfProof(state.Header.Number, state.Header.Hash, state.Header.StateRoot);
        return new(
            block, address, proven.Status == ProofStatus.Present ? proven.Account : null, proven.StorageRoot, nodes,
            [.. slots.Select(slot => ProveSlot(state, address, proven.StorageRoot, slot))]);
    }

    public static void Write(CommandContext context, StateAtBlock state, StateQuery query)
    {
        var proof = Create(state, query.Address, query.Slots);
        if (query.AsJson) context.WriteJson(proof.ToJson());
        else proof.WriteText(context.Output);
    }

    private static SlotProof ProveSlot(
        StateAtBlock state, Address address, in Hash256 storageRoot, in UInt256 slot)
    {
        IReadOnlyList<byte[]> nodes =
            storageRoot == Hash256.OfEmptyTrie ? [] : MerkleProof.CreateForSlot(state.Nodes, address, slot);
        var proven = MerkleProof.VerifySlot(storageRoot, slot, nodes);
        Check(proven.Status, proven.Error, $"slot {slot.ToHex()} of {address}");
        return new(slot, proven.Value, nodes);
    }

    private static void Check(ProofStatus status, ProofError error, string what)
    {
        if (status == ProofStatus.Invalid)
            throw new InvalidDataException(
                $"the database is damaged: the proof of {what} fails: {error} (weft db verify)");
    }

    private void WriteText(TextWriter output)
    {
        output.WriteLine($"{Address} at block {Block.Number}, proven against state root {Block.StateRoot}");
        if (Account is { } account)
            output.WriteLine($"nonce {account.Nonce}, balance {account.Balance} wei, code hash {account.CodeHash}");
        else
            output.WriteLine("there is no such account");
        output.WriteLine($"storage root {StorageRoot}");
        WriteNodes(output, Nodes);
        foreach (var slot in Slots)
        {
            output.WriteLine($"slot {Hash256.FromWord(slot.Slot)} = {Hash256.FromWord(slot.Value)}");
            WriteNodes(output, slot.Nodes);
        }
    }

    private static void WriteNodes(TextWriter output, IReadOnlyList<byte[]> nodes)
    {
        foreach (byte[] node in nodes) output.WriteLine($"  {Hex.Encode(node)}");
    }

    /// <summary>The result of eth_getProof (execution-apis), and the block that it is for.</summary>
    private object ToJson() => new
    {
        Block = new { Block.Number, Hash = Block.Hash.ToString(), StateRoot = Block.StateRoot.ToString() },
        Address = Address.ToString(),
        AccountProof = Nodes.Select(node => Hex.Encode(node)),
        Balance = (Account?.Balance ?? UInt256.Zero).ToHex(),
        CodeHash = (Account?.CodeHash ?? Hash256.OfEmptyCode).ToString(),
        Nonce = $"0x{Account?.Nonce ?? 0:x}",
        StorageHash = StorageRoot.ToString(),
        StorageProof = Slots.Select(slot => new
        {
            Key = slot.Slot.ToHex(), Value = slot.Value.ToHex(), Proof = slot.Nodes.Select(node => Hex.Encode(node)),
        }),
    };
}

/// <summary>The block after which a proof holds.</summary>
internal sealed record BlockOfProof(ulong Number, Hash256 Hash, Hash256 StateRoot);
