using System.Text.Json;
using Weft.Conformance.Primitives;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Tracing;
using Weft.Node.Tracing;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;
using Xunit;

namespace Weft.Conformance.Tracing;

/// <summary>One case of tracers.zip: a state, a block around it, a transaction, and what a tracer says about it.
/// </summary>
internal sealed class TracerVector(JsonElement json)
{
    private static readonly (string Name, Fork Fork)[] ByNumber =
    [
        ("homesteadBlock", Fork.Homestead), ("eip150Block", Fork.TangerineWhistle),
        ("eip158Block", Fork.SpuriousDragon), ("byzantiumBlock", Fork.Byzantium),
        ("constantinopleBlock", Fork.Constantinople), ("petersburgBlock", Fork.Petersburg),
        ("istanbulBlock", Fork.Istanbul), ("berlinBlock", Fork.Berlin), ("londonBlock", Fork.London),
    ];

    private static readonly (string Name, Fork Fork)[] ByTime =
        [("shanghaiTime", Fork.Shanghai), ("cancunTime", Fork.Cancun), ("pragueTime", Fork.Prague)];

    public JsonElement Expected => json.GetProperty("result");

    /// <summary>What the tracer of this name says, with the case's options.</summary>
    public JsonElement Trace(string tracerName)
    {
        string config = json.TryGetProperty("tracerConfig", out var given) ? given.GetRawText() : "{}";
        using var options = JsonDocument.Parse($$"""{"tracer":"{{tracerName}}","tracerConfig":{{config}}}""");
        var tracer = TracerOptions.Parse(options.RootElement).Create(CancellationToken.None);
        Run(tracer);
        var result = TraceWriter.ToJson(tracer, new TraceContext(), TracerOptions.DefaultBytesMax);
        return JsonDocument.Parse(result, new() { MaxDepth = 4096 }).RootElement;
    }

    private void Run(ITransactionTracer tracer)
    {
        var rules = ForkRules.Of(ReadFork());
        var state = new WorldState(ReadState());
        var block = ReadBlock(rules);
        var decoded = Transaction.Decode(json.Bytes("input"));
        SenderRecovery.TryRecover(decoded, out var sender);
        var transaction = decoded.WithSender(sender);
        using var processor = new TransactionProcessor(rules, new CodeCache());
        tracer.Begin(new(transaction, state, block, rules));
        var result = processor.Execute(transaction, state, block, new NoHashes(), block.GasLimit, tracer);
        Assert.Equal(TransactionError.None, result.Error);
        tracer.End(result);
    }

    private InMemoryState ReadState()
    {
        var changes = new StateChanges();
        foreach (var account in json.GetProperty("genesis").GetProperty("alloc").EnumerateObject())
        {
            var address = Address.Parse(account.Name);
            var code = account.Value.TryGetProperty("code", out _) ? account.Value.Bytes("code") : [];
            var hash = code.Length == 0 ? Hash256.OfEmptyCode : Keccak.Hash(code);
            changes.Accounts[address] =
                new((ulong)(account.Value.OptionalWord("nonce") ?? 0), account.Value.ValueOrZero("balance"), hash);
            changes.Code[hash] = code;
            if (!account.Value.TryGetProperty("storage", out var storage)) continue;
            changes.Storage[address] = storage.EnumerateObject().ToDictionary(
                slot => Hash256.Parse(slot.Name).ToWord(), slot => Hash256.Parse(slot.Value.GetString()!).ToWord());
        }
        var state = new InMemoryState();
        state.Apply(changes);
        return state;
    }

    private BlockEnvironment ReadBlock(ForkRules rules)
    {
        var context = json.GetProperty("context");
        ulong excess = json.GetProperty("genesis").OptionalWord("excessBlobGas") ?? 0;
        return new()
        {
            Coinbase = context.Address("miner"),
            Number = context.Word("number"),
            Timestamp = context.Word("timestamp"),
            GasLimit = context.Word("gasLimit"),
            Difficulty = context.ValueOrZero("difficulty"),
            BaseFee = context.ValueOrZero("baseFeePerGas"),
            BlobBaseFee = rules.Blobs is { } blobs ? BlobGas.BaseFee(excess, blobs) : default,
            ChainId = json.GetProperty("genesis").GetProperty("config").Word("chainId"),
        };
    }

    private Fork ReadFork()
    {
        var config = json.GetProperty("genesis").GetProperty("config");
        var context = json.GetProperty("context");
        var fork = Fork.Frontier;
        foreach (var (name, next) in ByNumber)
            if (Begin(config, name) <= context.Word("number")) fork = next;
        foreach (var (name, next) in ByTime)
            if (Begin(config, name) <= context.Word("timestamp")) fork = next;
        return fork;
    }

    /// <summary>One case has IstanbulBlock, which geth takes for istanbulBlock.</summary>
    private static ulong? Begin(JsonElement config, string name)
    {
        foreach (var member in config.EnumerateObject())
            if (string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase)) return member.Value.GetUInt64();
        return null;
    }

    private sealed class NoHashes : IBlockHashes
    {
        public Hash256 GetBlockHash(ulong number) => default;
    }
}
