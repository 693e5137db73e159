using System.Security.Cryptography;
using System.Text.Json;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Node.Parallelism;
using Weft.Node.Rpc;
using Weft.Primitives;

namespace Weft.Node.Eth;

/// <summary>eth_subscribe: what happens is pushed to whoever asked for it, in order. Ends with its connection. Safe on
/// any thread.</summary>
internal sealed class Subscriptions : IDisposable
{
    /// <summary>Notifications are held back for the time between a call and its answer only.</summary>
    private const int MaxSubscriptions = 4096, HeldMax = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Subscription> _byId = new(StringComparer.Ordinal);
    private readonly IDisposable _head, _pool, _lanes;
    private readonly LaneFinder _finder;

    /// <summary>Written under the lock: there may be a subscription for transactions.</summary>
    private volatile bool _wantsTransactions;

    public Subscriptions(ChainReader reader, TransactionPool pool)
    {
        _head = new HeadFollower(reader, OnHead);
        _pool = pool.Subscribe(OnTransactions, () => _wantsTransactions);
        _finder = new(reader);
        // On a thread of its own: whoever waits for headers does not wait for this.
        _lanes = reader.Chain.Subscribe(OnLanes);
    }

    private enum Kind : byte { Heads, Logs, Transactions, Syncing, Lanes }

    private sealed record Subscription(string Id, Kind Kind, IRpcPush Push)
    {
        public LogFilter? Logs { get; init; }

        /// <summary>Whole transactions instead of hashes.</summary>
        public bool IsFull { get; init; }

        /// <summary>What happened before the client was told the name, which it needs to know what it is about; null
        /// from then on. Locked while it is used.</summary>
        public List<ReadOnlyMemory<byte>>? Held { get; private set; } = [];

        private readonly Lock _gate = new();

        public void Send(ReadOnlyMemory<byte> message)
        {
            lock (_gate)
            {
                if (Held is null) Push.Send(message);
                else if (Held.Count < HeldMax) Held.Add(message);
            }
        }

        /// <summary>The client has been told.</summary>
        public void Begin()
        {
            lock (_gate)
            {
                foreach (var message in Held ?? []) Push.Send(message);
                Held = null;
            }
        }
    }

    public int Count
    {
        get
        {
            lock (_lock) return _byId.Count;
        }
    }

    public void AddTo(RpcMethods methods)
    {
        methods.Add("eth_subscribe", Subscribe);
        methods.Add("eth_unsubscribe", Unsubscribe);
        methods.Add("weft_subscribe", Subscribe);
        methods.Add("weft_unsubscribe", Unsubscribe);
    }

    public void Dispose()
    {
        _head.Dispose();
        _pool.Dispose();
        _lanes.Dispose();
    }

    private void Subscribe(RpcCall call)
    {
        if (call.Client.Push is not { } push)
            throw new JsonRpcException(JsonRpcError.MethodNotFound, "notifications not supported: use WebSocket");
        var subscription = Read(call, push);
        call.Result.WriteStringValue(subscription.Id);
        // It begins now: whoever has the answer is told of everything that he does next.
        lock (_lock)
        {
            _byId.Add(subscription.Id, subscription);
            if (subscription.Kind == Kind.Transactions) _wantsTransactions = true;
        }
        push.OnClosed(() => Remove(subscription.Id, push));
        call.Client.AfterAnswer(subscription.Begin);
    }

    private Subscription Read(RpcCall call, IRpcPush push)
    {
        lock (_lock)
            if (_byId.Count >= MaxSubscriptions)
                throw new JsonRpcException(
                    JsonRpcError.LimitExceeded, $"too many subscriptions, at most {MaxSubscriptions}");
        string id = Hex.Encode(RandomNumberGenerator.GetBytes(16));
        string kind = call.Params.Text(0), space = call.Method[..call.Method.IndexOf('_', StringComparison.Ordinal)];
        return $"{space}_{kind}" switch
        {
            "eth_newHeads" => new(id, Kind.Heads, push),
            "eth_logs" => new(id, Kind.Logs, push) { Logs = call.Params.Get(1, LogFilter.Read, new()) },
            "eth_newPendingTransactions" => new(id, Kind.Transactions, push) { IsFull = call.Params.Boolean(1) },
            "eth_syncing" => new(id, Kind.Syncing, push),
            "weft_lanes" => new(id, Kind.Lanes, push),
            _ => throw new JsonRpcException(
                JsonRpcError.MethodNotFound,
                $"no \"{kind[..Math.Min(kind.Length, 60)]}\" subscription in {space} namespace"),
        };
    }

    private void Unsubscribe(RpcCall call)
    {
        if (call.Client.Push is not { } push || !Remove(call.Params.Text(0), push))
            throw new JsonRpcException(JsonRpcError.ServerError, "subscription not found");
        call.Result.WriteBooleanValue(true);
    }

    private bool Remove(string id, IRpcPush push)
    {
        lock (_lock) return _byId.TryGetValue(id, out var found) && found.Push == push && _byId.Remove(id);
    }

    // ---- Events: each on the one thread of its source ----

    private void OnHead(HeadChange change)
    {
        foreach (Subscription subscription in Snapshot())
        {
            if (subscription.Kind == Kind.Heads)
                foreach (ChainBlock block in change.Added)
                    Send(subscription, writer => BlockWriter.WriteHeader(writer, block.Block.Header));
            else if (subscription.Kind == Kind.Logs)
                SendLogs(subscription, change);
        }
    }

    private void OnLanes(HeadChange change)
    {
        Subscription[] subscriptions = [.. Snapshot().Where(subscription => subscription.Kind == Kind.Lanes)];
        if (subscriptions.Length == 0) return;
        foreach (ChainBlock block in change.Added)
            if (_finder.Find(block.Block) is { } lanes)
                foreach (Subscription subscription in subscriptions)
                    Send(subscription, writer => LaneFinder.Write(writer, block.Block, lanes));
    }

    private static void SendLogs(Subscription subscription, HeadChange change)
    {
        foreach (ChainBlock block in change.Removed)
            foreach (var (place, log) in subscription.Logs!.Select(block, isRemoved: true))
                Send(subscription, writer => LogWriter.Write(writer, place, log));
        foreach (ChainBlock block in change.Added)
            foreach (var (place, log) in subscription.Logs!.Select(block))
                Send(subscription, writer => LogWriter.Write(writer, place, log));
    }

    private void OnTransactions(IReadOnlyList<PooledTransaction> transactions)
    {
        foreach (Subscription subscription in Snapshot())
        {
            if (subscription.Kind != Kind.Transactions) continue;
            foreach (PooledTransaction pooled in transactions)
                Send(subscription, writer =>
                {
                    if (subscription.IsFull) TransactionWriter.Write(writer, pooled.Transaction, default);
                    else writer.WriteDataValue(pooled.Hash.Bytes);
                });
        }
    }

    private List<Subscription> Snapshot()
    {
        lock (_lock)
        {
            _wantsTransactions = _byId.Values.Any(subscription => subscription.Kind == Kind.Transactions);
            return [.. _byId.Values];
        }
    }

    private static void Send(Subscription subscription, Action<Utf8JsonWriter> writeResult)
    {
        using var message = new ResponseBuffer();
        using (var writer = new Utf8JsonWriter(message))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc"u8, "2.0"u8);
            writer.WriteString(
                "method"u8, subscription.Kind == Kind.Lanes ? "weft_subscription"u8 : "eth_subscription"u8);
            writer.WriteStartObject("params"u8);
            writer.WriteString("subscription"u8, subscription.Id);
            writer.WritePropertyName("result"u8);
            writeResult(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        subscription.Send(message.Written.ToArray());
    }
}
