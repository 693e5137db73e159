using System.Buffers.Binary;
using System.Text.Json;
using Weft.Chain;
using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Evm;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Node.Engine;

/// <summary>engine_forkchoiceUpdatedV1 to V3: moves the head, says what is safe and final, begins to build.</summary>
internal sealed class Forkchoice(LiveChain chain, PayloadJobs jobs)
{
    /// <summary>The updates of a consensus layer come in order and are carried out in order.</summary>
    private readonly Lock _lock = new();

    private sealed record State(Hash256 Head, Hash256 Safe, Hash256 Finalized);

    public void AddTo(RpcMethods methods)
    {
        methods.AddHeavy("engine_forkchoiceUpdatedV1", call => Run(call, 1));
        methods.AddHeavy("engine_forkchoiceUpdatedV2", call => Run(call, 2));
        methods.AddHeavy("engine_forkchoiceUpdatedV3", call => Run(call, 3));
    }

    private void Run(RpcCall call, int version)
    {
        State state = call.Params.Get(0, ReadState);
        lock (_lock)
        {
            PayloadStatus status = Update(state);
            // What is wrong with attributes does not take the head back, and is not looked at without one.
            ulong? payload = status.IsValid && call.Params.Has(1)
                ? Build(ReadAttributes(call.Params[1], version), version)
                : null;
            Write(call.Result, status, payload);
        }
    }

    private PayloadAttributes ReadAttributes(JsonElement json, int version)
    {
        try
        {
            var attributes = PayloadReader.ReadAttributes(json);
            CheckAttributes(version, attributes);
            return attributes;
        }
        catch (FormatException e)
        {
            throw Invalid(e.Message);
        }
    }

    private static State ReadState(JsonElement json) => new(
        ValueReader.Required(json, "headBlockHash", ValueReader.Hash),
        ValueReader.Required(json, "safeBlockHash", ValueReader.Hash),
        ValueReader.Required(json, "finalizedBlockHash", ValueReader.Hash));

    private PayloadStatus Update(State state)
    {
        if (state.Head.IsZero) return PayloadStatus.Invalid(null, "the head is the zero hash");
        if (chain.FindInvalid(state.Head) is { } invalid)
            return PayloadStatus.Invalid(invalid.LatestValid, NewPayload.Describe(invalid.Result));
        if (!chain.Blocks.Contains(state.Head)) return PayloadStatus.Syncing;
        RequireAncestor(state.Safe, state.Head, "safe");
        RequireAncestor(state.Finalized, state.Head, "finalized");
        ImportResult result = chain.SetHead(state.Head);
        if (result.Status == ImportStatus.UnknownParent) return PayloadStatus.Syncing;
        if (!chain.SetFinality(state.Safe, state.Finalized))
            throw Inconsistent("safe and finalized are not on the chain of the head");
        return PayloadStatus.Valid(state.Head);
    }

    /// <summary>Before the head moves, for an inconsistent state must change nothing.</summary>
    private void RequireAncestor(in Hash256 hash, in Hash256 head, string what)
    {
        if (hash.IsZero || hash == head) return;
        if (chain.Blocks.GetHeader(hash) is not { } ancestor) throw Inconsistent($"the {what} block is not known");
        BlockHeader? block = chain.Blocks.GetHeader(head);
        // From the first canonical block on the rest of the way is known.
        while (block is not null && block.Number > ancestor.Number
            && chain.Blocks.GetCanonicalHash(block.Number) != block.Hash)
            block = chain.Blocks.GetHeader(block.ParentHash);
        bool isAncestor = block is not null && block.Number >= ancestor.Number
            && (block.Hash == hash
                || block.Number > ancestor.Number && chain.Blocks.GetCanonicalHash(ancestor.Number) == hash);
        if (!isAncestor) throw Inconsistent($"the {what} block is not an ancestor of the head");
    }

    private static JsonRpcException Inconsistent(string reason) =>
        new(EngineError.InvalidForkchoiceState, $"invalid forkchoice state: {reason}");

    private void CheckAttributes(int version, PayloadAttributes attributes)
    {
        ForkRules rules = chain.Spec.Forks.RulesAt(ulong.MaxValue, attributes.Timestamp);
        bool hasWithdrawals = attributes.Withdrawals is not null;
        bool hasRoot = attributes.ParentBeaconBlockRoot is not null;
        if (version == 1)
        {
            if (hasWithdrawals || hasRoot || rules.Withdrawals)
                throw new JsonRpcException(JsonRpcError.InvalidParams, "forkchoiceUpdatedV1 takes attributes of Paris");
            return;
        }
        if (hasRoot != (version == 3))
            throw Invalid(hasRoot ? "unexpected parentBeaconBlockRoot" : "missing parentBeaconBlockRoot");
        if (version == 3 && !hasWithdrawals) throw Invalid("missing withdrawals");
        if ((rules.Blobs is not null) != (version == 3))
            throw new JsonRpcException(
                EngineError.UnsupportedFork, $"forkchoiceUpdatedV{version} called for attributes of {rules.Fork}");
        if (hasWithdrawals != rules.Withdrawals)
            throw Invalid(hasWithdrawals ? "unexpected withdrawals" : "missing withdrawals");
    }

    private ulong Build(PayloadAttributes attributes, int version)
    {
        BlockHeader head = chain.Head;
        if (attributes.Timestamp <= head.Timestamp)
            throw Invalid($"timestamp {attributes.Timestamp} is not after the head's {head.Timestamp}");
        return jobs.Start(head, attributes, (byte)version);
    }

    private static JsonRpcException Invalid(string reason) =>
        new(EngineError.InvalidPayloadAttributes, $"invalid payload attributes: {reason}");

    private static void Write(Utf8JsonWriter writer, PayloadStatus status, ulong? payload)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("payloadStatus"u8);
        status.Write(writer);
        if (payload is { } id)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, id);
            writer.WriteData("payloadId"u8, bytes);
        }
        else
        {
            writer.WriteNull("payloadId"u8);
        }
        writer.WriteEndObject();
    }
}
