using System.Security.Cryptography;
using System.Text.Json;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Node.Rpc;
using Weft.Primitives;

namespace Weft.Node.Eth;

/// <summary>
/// eth_getLogs, and filters that are polled: what has happened since the last time. A filter that nobody asks for
/// expires; both filters and what they keep are bounded. Safe on any thread. </summary>
internal sealed class Filters : IDisposable
{
    private const int MaxFilters = 4096, MaxItems = 20_000;

    /// <summary>Of all filters together: some 100 MB.</summary>
    private const int MaxItemsOfAll = 1_000_000;

    private static readonly TimeSpan MaxIdle = TimeSpan.FromMinutes(5);

    private readonly LogFinder _finder;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt256, Filter> _byId = [];
    private readonly HeadFollower _head;
    private readonly ISubscription _pool;

    /// <summary>Written under the lock: there may be a filter for transactions.</summary>
    private volatile bool _wantsTransactions;

    /// <summary>Under the lock.</summary>
    private int _items;

    public Filters(ChainReader reader, TransactionPool pool, TimeProvider? clock = null)
    {
        (_finder, _clock) = (new(reader), clock ?? TimeProvider.System);
        _head = new HeadFollower(reader, OnHead);
        _pool = pool.Subscribe(OnTransactions, () => _wantsTransactions);
    }

    private enum Kind : byte { Logs, Blocks, Transactions }

    /// <summary>Items write themselves, for they are written once.</summary>
    private sealed record Filter(Kind Kind, LogFilter? Logs)
    {
        public List<Action<Utf8JsonWriter>> Items { get; set; } = [];

        public long LastUse { get; set; }
    }

    public void AddTo(RpcMethods methods)
    {
        methods.AddHeavy(
            "eth_getLogs", call => _finder.Write(call.Result, call.Params.Get(0, LogFilter.Read), call.Cancellation));
        methods.Add("eth_newFilter", call => New(call, new(Kind.Logs, call.Params.Get(0, LogFilter.Read))));
        methods.Add("eth_newBlockFilter", call => New(call, new(Kind.Blocks, null)));
        methods.Add("eth_newPendingTransactionFilter", call => New(call, new(Kind.Transactions, null)));
        methods.Add("eth_getFilterChanges", WriteChanges);
        methods.AddHeavy("eth_getFilterLogs", WriteLogs);
        methods.Add("eth_uninstallFilter", Uninstall);
    }

    public void Dispose()
    {
        _head.Dispose();
        _pool.Dispose();
    }

    private void New(RpcCall call, Filter filter)
    {
        // What was before is not part of it.
        _head.CatchUp();
        _pool.CatchUp();
        // Who guesses a number could read and remove another's filter.
        var id = UInt256.FromBigEndian(RandomNumberGenerator.GetBytes(16));
        filter.LastUse = _clock.GetTimestamp();
        lock (_lock)
        {
            RemoveExpired();
            if (_byId.Count >= MaxFilters)
                throw new JsonRpcException(JsonRpcError.LimitExceeded, $"too many filters, at most {MaxFilters}");
            _byId.Add(id, filter);
            if (filter.Kind == Kind.Transactions) _wantsTransactions = true;
        }
        call.Result.WriteQuantityValue(id);
    }

    private void WriteChanges(RpcCall call)
    {
        // Who has seen a receipt finds its logs here.
        _head.CatchUp();
        _pool.CatchUp();
        List<Action<Utf8JsonWriter>> items;
        lock (_lock)
        {
            Filter filter = Get(call);
            items = filter.Items;
            filter.Items = [];
            _items -= items.Count;
        }
        call.Result.WriteStartArray();
        foreach (var item in items) item(call.Result);
        call.Result.WriteEndArray();
    }

    private void WriteLogs(RpcCall call)
    {
        LogFilter? logs;
        lock (_lock) logs = Get(call).Logs;
        if (logs is null) throw new JsonRpcException(JsonRpcError.ServerError, "filter not found");
        _finder.Write(call.Result, logs, call.Cancellation);
    }

    private void Uninstall(RpcCall call)
    {
        UInt256 id = call.Params.Get(0, ValueReader.Quantity);
        lock (_lock) call.Result.WriteBooleanValue(Remove(id));
    }

    private Filter Get(RpcCall call)
    {
        RemoveExpired();
        if (!_byId.TryGetValue(call.Params.Get(0, ValueReader.Quantity), out Filter? filter))
            throw new JsonRpcException(JsonRpcError.ServerError, "filter not found");
        filter.LastUse = _clock.GetTimestamp();
        return filter;
    }

    private void RemoveExpired()
    {
        foreach (var (id, filter) in _byId)
            if (_clock.GetElapsedTime(filter.LastUse) > MaxIdle) Remove(id);
    }

    private bool Remove(in UInt256 id)
    {
        if (!_byId.Remove(id, out Filter? filter)) return false;
        _items -= filter.Items.Count;
        return true;
    }

    // ---- Events ----

    private void OnHead(HeadChange change)
    {
        lock (_lock)
            foreach (Filter filter in _byId.Values)
            {
                if (filter.Kind == Kind.Logs)
                {
                    foreach (ChainBlock block in change.Removed) AddLogs(filter, block, isRemoved: true);
                    foreach (ChainBlock block in change.Added) AddLogs(filter, block, isRemoved: false);
                }
                else if (filter.Kind == Kind.Blocks)
                {
                    foreach (ChainBlock block in change.Added) AddHash(filter, block.Block.Header.Hash);
                }
            }
    }

    private void OnTransactions(IReadOnlyList<PooledTransaction> transactions)
    {
        lock (_lock)
        {
            bool any = false;
            foreach (Filter filter in _byId.Values)
            {
                if (filter.Kind != Kind.Transactions) continue;
                any = true;
                foreach (PooledTransaction transaction in transactions) AddHash(filter, transaction.Hash);
            }
            _wantsTransactions = any;
        }
    }

    private void AddLogs(Filter filter, ChainBlock block, bool isRemoved)
    {
        foreach (var (place, log) in filter.Logs!.Select(block, isRemoved))
            Add(filter, writer => LogWriter.Write(writer, place, log));
    }

    private void AddHash(Filter filter, Hash256 hash) =>
        Add(filter, writer => writer.WriteDataValue(hash.Bytes));

    /// <summary>Who polls too rarely loses what is oldest; where filters keep too much together, the next one that is
    /// told something loses all that it has.</summary>
    private void Add(Filter filter, Action<Utf8JsonWriter> item)
    {
        int before = filter.Items.Count;
        if (_items >= MaxItemsOfAll) filter.Items.Clear();
        else if (before >= MaxItems) filter.Items.RemoveRange(0, MaxItems / 4);
        filter.Items.Add(item);
        _items += filter.Items.Count - before;
    }
}
