using System.Text.Json;
using Weft.Execution;
using Weft.Node.Forks;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Cli.Snapshots;

/// <summary>Fills a remote state with what a block will probably read, in few requests. What is missing is read when
/// execution comes to it; what is too much does no harm.</summary>
internal sealed class StateCollector(RemoteNode node, Block block, RemoteState state)
{
    private const int LocationsMax = 1_000_000;

    /// <summary>What the contracts of the protocol hold when transactions begin is not what the parent left.</summary>
    private static readonly HashSet<Address> WrittenBefore =
    [
        SystemContracts.BeaconRoots, SystemContracts.BlockHashHistory, SystemContracts.WithdrawalRequests,
        SystemContracts.ConsolidationRequests,
    ];

    /// <summary>What the block reads besides its transactions.</summary>
    private IEnumerable<Address> OfBlock =>
        [block.Header.Beneficiary, .. WrittenBefore, .. (block.Withdrawals ?? []).Select(paid => paid.Address)];

    /// <summary>By the node's prestateTracer, which gives values too: the first transaction that reaches an account or
    /// a slot finds it as the parent left it. False where the node has no such tracer.</summary>
    public bool TryByPrestate()
    {
        RemoteAnswer answer = node.Batch(
            [new("debug_traceBlockByHash", block.Header.Hash.ToString(), new { tracer = "prestateTracer" })])[0];
        if (answer.Error is not null || answer.Result.ValueKind != JsonValueKind.Array) return false;
        try
        {
            foreach (JsonElement trace in answer.Result.EnumerateArray())
                foreach (JsonProperty account in
                         ValueReader.Required(trace, "result", result => result).EnumerateObject())
                    Add(account);
            state.Load(OfBlock, []);
            return true;
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>By what each transaction would access on the parent's state, as far as the node can tell.</summary>
    public void ByAccessLists()
    {
        string parent = $"0x{block.Header.Number - 1:x}";
        var calls = block.Transactions.Select(
            transaction => new RemoteCall("eth_createAccessList", ToCall(transaction), parent)).ToArray();
        var accounts = OfBlock.ToHashSet();
        var slots = new HashSet<(Address, UInt256)>();
        foreach (var transaction in block.Transactions)
        {
            accounts.Add(transaction.Sender!.Value);
            if (transaction.To is { } to) accounts.Add(to);
            foreach (var entry in transaction.AccessList) Add(entry);
        }
        foreach (RemoteAnswer answer in calls.Length > 0 ? node.Batch(calls) : [])
            foreach (var entry in Read(answer)) Add(entry);
        state.Load(accounts, slots);

        void Add(AccessListEntry entry)
        {
            if (slots.Count + accounts.Count > LocationsMax) return;
            accounts.Add(entry.Address);
            foreach (UInt256 key in entry.StorageKeys) slots.Add((entry.Address, key));
        }
    }

    private void Add(JsonProperty account)
    {
        if (!Hex.TryDecode(account.Name, out byte[] bytes) || bytes.Length != 20)
            throw new FormatException(account.Name);
        var address = new Address(bytes);
        if (WrittenBefore.Contains(address)) return;
        JsonElement json = account.Value;
        state.Set(
            address, ValueReader.Optional(json, "balance", ValueReader.LenientQuantity) ?? UInt256.Zero,
            ValueReader.Optional(json, "nonce", ValueReader.LenientQuantity64) ?? 0,
            ValueReader.OptionalObject(json, "code", ValueReader.Data) ?? []);
        if (!ValueReader.TryGet(json, "storage", out JsonElement storage)) return;
        foreach (JsonProperty slot in storage.EnumerateObject())
            state.Set(
                address, UInt256.TryParse(slot.Name, out UInt256 key) ? key : throw new FormatException(slot.Name),
                ValueReader.StorageKey(slot.Value));
    }

    /// <summary>Nothing where the node does not know the method, or the transaction fails upon the parent.</summary>
    private static IReadOnlyList<AccessListEntry> Read(RemoteAnswer answer)
    {
        if (answer.Error is not null || answer.Result.ValueKind != JsonValueKind.Object) return [];
        try
        {
            return ValueReader.OptionalObject(
                answer.Result, "accessList", list => ValueReader.List(list, ReadEntry)) ?? [];
        }
        catch (FormatException)
        {
            // A hint that cannot be read is none.
            return [];
        }
    }

    private static AccessListEntry ReadEntry(JsonElement json) => new(
        ValueReader.Required(json, "address", ValueReader.Address),
        ValueReader.OptionalObject(
            json, "storageKeys", list => ValueReader.List(list, key => ValueReader.Hash(key).ToWord())) ?? []);

    private static object ToCall(Transaction transaction) => new
    {
        from = transaction.Sender!.Value.ToString(), to = transaction.To?.ToString(),
        gas = $"0x{transaction.GasLimit:x}", value = transaction.Value.ToHex(),
        input = Hex.Encode(transaction.Data.Span),
    };
}
