using System.Buffers.Binary;
using System.Text.Json;
using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Evm;
using Weft.Node.Eth;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Node.Engine;

/// <summary>What the consensus layer collects: payloads, bodies, blobs.</summary>
internal sealed class GetPayload(ChainReader reader, PayloadJobs jobs, TransactionPool pool)
{
    private const ulong MaxBodies = 1024;
    private const int MaxBlobs = 128;

    public void AddTo(RpcMethods methods)
    {
        for (int version = 1; version <= 5; version++)
        {
            int asked = version;
            methods.AddHeavy($"engine_getPayloadV{asked}", call => Write(call, asked));
        }
        methods.AddHeavy("engine_getPayloadBodiesByHashV1", WriteBodiesByHash);
        methods.AddHeavy("engine_getPayloadBodiesByRangeV1", WriteBodiesByRange);
        methods.AddHeavy("engine_getBlobsV1", WriteBlobs);
        methods.AddHeavy("engine_getBlobsV2", call => WriteBlobsOfCells(call, isPartialFine: false));
        methods.AddHeavy("engine_getBlobsV3", call => WriteBlobsOfCells(call, isPartialFine: true));
    }

    // ---- Payloads ----

    private void Write(RpcCall call, int version)
    {
        ulong id = call.Params.Get(0, ReadId);
        BuiltBlock built = jobs.Collect(id)
            ?? throw new JsonRpcException(EngineError.UnknownPayload, "unknown payload");
        ForkRules rules = reader.Chain.Spec.Forks.RulesAt(ulong.MaxValue, built.Block.Header.Timestamp);
        bool isRight = version switch
        {
            1 => !rules.Withdrawals,
            2 => rules.Blobs is null,
            3 => rules.Blobs is not null && !rules.Requests,
            4 => rules.Requests && rules.Fork < Fork.Osaka,
            _ => rules.Fork >= Fork.Osaka,
        };
        if (!isRight)
            throw new JsonRpcException(
                EngineError.UnsupportedFork, $"getPayloadV{version} called for a payload of {rules.Fork}");
        if (version == 1) PayloadWriter.WritePayload(call.Result, built.Block);
        else PayloadWriter.WriteEnvelope(call.Result, built, version);
    }

    private static ulong ReadId(JsonElement json)
    {
        byte[] bytes = ValueReader.Data(json);
        return bytes.Length == 8
            ? BinaryPrimitives.ReadUInt64BigEndian(bytes)
            : throw new FormatException($"a payload id has 8 bytes, not {bytes.Length}");
    }

    // ---- Bodies ----

    private void WriteBodiesByHash(RpcCall call)
    {
        var hashes = call.Params.Get(0, list => ValueReader.List(list, ValueReader.Hash));
        RequireFew((ulong)hashes.Count, MaxBodies);
        call.Result.WriteStartArray();
        foreach (Hash256 hash in hashes) WriteBody(call.Result, reader.FindBlock(BlockId.Of(hash), withSenders: false));
        call.Result.WriteEndArray();
    }

    private void WriteBodiesByRange(RpcCall call)
    {
        ulong first = call.Params.Quantity64(0), count = call.Params.Quantity64(1);
        if (first == 0 || count == 0)
            throw new JsonRpcException(JsonRpcError.InvalidParams, "start and count must be at least 1");
        RequireFew(count, MaxBodies);
        ulong head = reader.Chain.Head.Number;
        call.Result.WriteStartArray();
        for (ulong n = first; n <= head && n - first < count; n++)
            WriteBody(call.Result, reader.FindBlock(BlockId.Of(n), withSenders: false));
        call.Result.WriteEndArray();
    }

    private static void WriteBody(Utf8JsonWriter writer, Block? block)
    {
        if (block is null)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartObject();
        PayloadWriter.WriteTransactions(writer, block.Transactions);
        if (block.Withdrawals is { } withdrawals) BlockWriter.WriteWithdrawals(writer, withdrawals);
        else writer.WriteNull("withdrawals"u8);
        writer.WriteEndObject();
    }

    private static void RequireFew(ulong count, ulong max)
    {
        if (count > max)
            throw new JsonRpcException(EngineError.TooLargeRequest, $"too large request: {count}, at most {max}");
    }

    // ---- Blobs ----

    private void WriteBlobs(RpcCall call)
    {
        if (reader.RulesOf(reader.Chain.Head).Fork >= Fork.Osaka)
            throw new JsonRpcException(EngineError.UnsupportedFork, "engine_getBlobsV1 is not available from Osaka on");
        var hashes = ReadBlobHashes(call);
        call.Result.WriteStartArray();
        foreach (Hash256 hash in hashes)
        {
            if (pool.FindBlob(hash) is { Sidecar.Version: 0 } blob)
            {
                call.Result.WriteStartObject();
                call.Result.WriteData("blob"u8, blob.Blob.Span);
                call.Result.WriteData("proof"u8, blob.Proofs[0].Span);
                call.Result.WriteEndObject();
            }
            else
            {
                call.Result.WriteNullValue();
            }
        }
        call.Result.WriteEndArray();
    }

    /// <summary>Null for one that is missing or older, or, up to version 2, for all where one is.</summary>
    private void WriteBlobsOfCells(RpcCall call, bool isPartialFine)
    {
        var blobs = new List<PooledBlob?>();
        foreach (Hash256 hash in ReadBlobHashes(call))
        {
            PooledBlob? found = pool.FindBlob(hash) is { Sidecar.Version: 1 } known ? known : null;
            if (found is null && !isPartialFine)
            {
                call.Result.WriteNullValue();
                return;
            }
            blobs.Add(found);
        }
        call.Result.WriteStartArray();
        foreach (PooledBlob? one in blobs)
        {
            if (one is not { } blob)
            {
                call.Result.WriteNullValue();
                continue;
            }
            call.Result.WriteStartObject();
            call.Result.WriteData("blob"u8, blob.Blob.Span);
            call.Result.WriteDataList("proofs"u8, blob.Proofs);
            call.Result.WriteEndObject();
        }
        call.Result.WriteEndArray();
    }

    private static IReadOnlyList<Hash256> ReadBlobHashes(RpcCall call)
    {
        var hashes = call.Params.Get(0, list => ValueReader.List(list, ValueReader.Hash));
        RequireFew((ulong)hashes.Count, MaxBlobs);
        return hashes;
    }
}
