namespace Weft.Node.Rpc;

/// <summary>
/// What waits, by whose it is: networks take turns, and within each its connections, so that whoever brings much waits
/// for himself. Bounded; when it is full, who has most in it loses his latest. One thread at a time.
/// </summary>
internal sealed class FairQueue<T>(int countMax) where T : class
{
    private readonly Dictionary<ulong, Network> _networks = [];

    /// <summary>Each network that has something, in the order of its turns.</summary>
    private readonly Queue<Network> _turns = new();

    public int Count { get; private set; }

    /// <summary>Returns what there is no room for: an earlier one of whoever has most, or the newcomer itself; null
    /// where there is room.</summary>
    public T? Add(RpcOrigin origin, T item)
    {
        T? pushedOut = null;
        if (Count >= countMax)
        {
            if (FindLargest() is not { } largest || largest.Count <= CountOf(origin.Network) + 1) return item;
            pushedOut = largest.RemoveLatest();
            Count--;
        }
        if (!_networks.TryGetValue(origin.Network, out var network))
        {
            _networks.Add(origin.Network, network = new(origin.Network));
            _turns.Enqueue(network);
        }
        network.Add(origin.Connection, item);
        Count++;
        return pushedOut;
    }

    /// <summary>The next one of those that <paramref name="may"/> be taken now; null where there is none.</summary>
    public T? Take(Func<RpcOrigin, bool> may)
    {
        for (int i = _turns.Count; i > 0; i--)
        {
            var network = _turns.Dequeue();
            T? item = network.Take(may);
            if (network.Count > 0) _turns.Enqueue(network);
            else _networks.Remove(network.Id);
            if (item is null) continue;
            Count--;
            return item;
        }
        return null;
    }

    private int CountOf(ulong network) => _networks.TryGetValue(network, out var found) ? found.Count : 0;

    private Network? FindLargest()
    {
        Network? largest = null;
        foreach (var network in _turns)
            if (largest is null || network.Count > largest.Count) largest = network;
        return largest;
    }

    /// <summary>What one network has waiting; never empty for long.</summary>
    private sealed class Network(ulong id)
    {
        private readonly Dictionary<string, Connection> _connections = new(StringComparer.Ordinal);
        private readonly Queue<Connection> _turns = new();

        public ulong Id => id;

        public int Count { get; private set; }

        public void Add(string name, T item)
        {
            if (!_connections.TryGetValue(name, out var connection))
            {
                _connections.Add(name, connection = new(name));
                _turns.Enqueue(connection);
            }
            connection.Items.AddLast(item);
            Count++;
        }

        public T? Take(Func<RpcOrigin, bool> may)
        {
            for (int i = _turns.Count; i > 0; i--)
            {
                var connection = _turns.Dequeue();
                bool isTaken = connection.Items.Count > 0 && may(new(id, connection.Name));
                T? item = isTaken ? connection.Items.First!.Value : null;
                if (isTaken) connection.Items.RemoveFirst();
                if (connection.Items.Count > 0) _turns.Enqueue(connection);
                else _connections.Remove(connection.Name);
                if (!isTaken) continue;
                Count--;
                return item;
            }
            return null;
        }

        /// <summary>Of the connection that has most. It keeps its turn, though it may have nothing left.</summary>
        public T RemoveLatest()
        {
            var largest = _turns.Peek();
            foreach (var connection in _turns)
                if (connection.Items.Count > largest.Items.Count) largest = connection;
            T latest = largest.Items.Last!.Value;
            largest.Items.RemoveLast();
            Count--;
            return latest;
        }
    }

    private sealed class Connection(string name)
    {
        public string Name => name;

        public LinkedList<T> Items { get; } = new();
    }
}
