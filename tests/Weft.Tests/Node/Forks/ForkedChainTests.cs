using Microsoft.Extensions.Logging.Abstractions;
using Weft.Chain;
using Weft.Evm;
using Weft.Node;
using Weft.Node.Dev;
using Weft.Node.Forks;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Crypto;
using Weft.Primitives.Transactions;
using Weft.State;
using Weft.State.Store;
using Weft.Tests.Cli.Snapshots;
using Weft.Tests.Node.Parallelism;
using Xunit;
using TemporaryFolder = Weft.Tests.Cli.TemporaryFolder;
using TestDevChain = Weft.Tests.Chain.Live.DevChain;

namespace Weft.Tests.Node.Forks;

public sealed class ForkedChainTests
{
    [Fact]
    public async Task Chain_begins_with_the_state_of_another_and_goes_its_own_way()
    {
        await using var other = await CounterNode.StartAsync();
        other.Mine(calls: 3);
        using var fork = new Fork(other.Url, 1);
        other.Mine(calls: 5);

        Assert.Equal(3, Slot(fork.Live, 0));
        fork.Mine(fork.Call(0), fork.Call(1));
        fork.Mine(fork.Call(0));

        Assert.Equal(6, Slot(fork.Live, 0));
        Assert.Equal(3ul, fork.Live.Head.Number);
        using (var there = other.Node.Chain.OpenSnapshot())
            Assert.Equal((UInt256)8, there.GetStorage(CounterNode.Counter, 0));
        foreach (var (number, expected) in new[] { (1ul, 3), (2ul, 5), (3ul, 6) })
        {
            using var past = fork.Live.OpenSnapshot(number)!;
            Assert.Equal((UInt256)(ulong)expected, past.GetStorage(CounterNode.Counter, 0));
        }
    }

    [Fact]
    public async Task What_was_made_zero_here_is_not_asked_for_there_and_comes_back_when_it_is_undone()
    {
        await using var other = await CounterNode.StartAsync();
        other.Mine(calls: 3);
        using var fork = new Fork(other.Url, 1);
        var address = fork.Accounts[7].Address;

        fork.Mine(fork.Call(0));
        fork.Live.Edit(_ => Erase(address));
        Assert.Equal(0, Slot(fork.Live, 0));
        using (var head = fork.Live.OpenSnapshot()) Assert.False(head.TryGetAccount(address, out _));
        fork.Mine(fork.Call(0));
        Assert.Equal(1, Slot(fork.Live, 0));
        using (var before = fork.Live.OpenSnapshot(1)!)
        {
            Assert.Equal((UInt256)3, before.GetStorage(CounterNode.Counter, 0));
            Assert.True(before.TryGetAccount(address, out _));
        }

        fork.Live.Rewind(1);

        Assert.Equal(3, Slot(fork.Live, 0));
        using (var head = fork.Live.OpenSnapshot()) Assert.True(head.TryGetAccount(address, out _));
        fork.Mine(fork.Call(1));
        Assert.Equal(4, Slot(fork.Live, 0));
    }

    [Fact]
    public async Task What_cannot_be_read_is_an_error_and_the_chain_goes_on()
    {
        await using var other = await CounterNode.StartAsync();
        other.Mine(calls: 3);
        using var proxy = new FaultyProxy(other.Url)
        {
            Fails = request => request["method"]!.GetValue<string>() == "eth_getStorageAt"
                && request["params"]![0]!.GetValue<string>() == CounterNode.Counter.ToString(),
        };
        using var fork = new Fork(proxy.Url, 1);

        var error = Assert.Throws<InvalidDataException>(() => fork.Mine(fork.Call(0)));

        Assert.Contains("eth_getStorageAt", error.Message, StringComparison.Ordinal);
        Assert.Contains("archive", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-key", error.Message, StringComparison.Ordinal);
        Assert.Equal(1ul, fork.Live.Head.Number);
        fork.Node.Pool.Remove(fork.LastHash);
        fork.Mine(fork.Transfer(1));
        Assert.Equal(2ul, fork.Live.Head.Number);
    }

    [Fact]
    public async Task What_was_read_once_is_in_the_file_and_damage_to_it_does_no_harm()
    {
        using var folder = new TemporaryFolder();
        var key = new Hash256(new byte[32]);
        string path;
        await using (var other = await CounterNode.StartAsync())
        {
            other.Mine(calls: 3);
            using var node = new RemoteNode(new(other.Url));
            using var cache = ForkCache.Open(folder.Path, 7, key);
            path = cache.ToString();
            var state = new RemoteState(node, 1) { Cache = cache };
            Assert.Equal((UInt256)3, state.GetStorage(CounterNode.Counter, 0));
            Assert.True(state.TryGetAccount(CounterNode.Counter, out _));
            Assert.NotEqual(default, state.GetBlockHash(0));
        }
        File.AppendAllText(path, "s 0x12 nonsense\nh zz\na\n\ns 0x00000000000000000000000000000000000000c0 0x0");

        using var nobody = new RemoteNode(new("http://127.0.0.1:9"), new() { RetriesMax = 0 });
        using var again = ForkCache.Open(folder.Path, 7, key);
        var filled = new RemoteState(nobody, 1) { Cache = again };
        again.Fill(filled);

        Assert.Equal((UInt256)3, filled.GetStorage(CounterNode.Counter, 0));
        Assert.True(filled.TryGetAccount(CounterNode.Counter, out var account));
        Assert.Equal(account.CodeHash, Keccak.Hash(filled.GetCode(account.CodeHash).Span));
        Assert.NotEqual(default, filled.GetBlockHash(0));
        Assert.Throws<InvalidDataException>(() => filled.GetStorage(CounterNode.Counter, 77));
    }

    private static StateChanges Erase(in Address address)
    {
        var changes = new StateChanges();
        changes.Accounts[address] = null;
        changes.Storage[CounterNode.Counter] = new() { [0] = 0 };
        return changes;
    }

    private static int Slot(Weft.Chain.Live.LiveChain chain, ulong key)
    {
        using var state = chain.OpenSnapshot();
        return (int)state.GetStorage(CounterNode.Counter, key).U0;
    }

    /// <summary>A chain on the state of a node, without endpoints.</summary>
    private sealed class Fork : IDisposable
    {
        private readonly Database _database = TestDevChain.CreateDatabase();
        private readonly RemoteNode _remote;

        public Fork(string url, ulong block)
        {
            _remote = new(new(url), new() { Backoff = TimeSpan.FromMilliseconds(1) });
            Accounts = [.. Enumerable.Range(0, 8).Select(i => new DevAccount(
                Secp256k1.PrivateKeyToAddress(TestDevChain.KeyOf(i)), TestDevChain.KeyOf(i)))];
            var origin = new RemoteState(_remote, block);
            var header = new BlockHeader
            {
                Number = block, Timestamp = 1000, GasLimit = 30_000_000, BaseFeePerGas = 1_000_000_000,
            };
            var spec = ForkedChain.Create(
                origin, header, TestDevChain.ChainId, ForkRules.Of(Weft.Evm.Fork.Osaka), Accounts);
            Node = new(
                _database, spec, new() { Chain = new() { Chain = new() { CacheBytes = 16 << 20, Threads = 2 } } },
                NullLoggerFactory.Instance);
        }

        public DevAccount[] Accounts { get; }

        public WeftNode Node { get; }

        public Weft.Chain.Live.LiveChain Live => Node.Chain;

        public Hash256 LastHash { get; private set; }

        public Transaction Call(int sender) => Sign(sender, CounterNode.Counter, 100_000, 0);

        public Transaction Transfer(int sender) => Sign(sender, Address.FromNumber(0xf00d), 21_000, 1);

        public void Mine(params Transaction[] transactions)
        {
            foreach (var transaction in transactions)
                if (Node.Pool.Add(transaction).Message is { } message) throw new InvalidOperationException(message);
            LastHash = transactions[^1].Hash;
            using var built = Node.Builder.Mine(new()
            {
                Timestamp = Node.Chain.Head.Timestamp + 12, FeeRecipient = Address.FromNumber(0xfee),
            });
            Assert.Equal(transactions.Length, built!.Block.Transactions.Count);
        }

        public void Dispose()
        {
            Node.DisposeAsync().AsTask().Wait();
            _database.Dispose();
            _remote.Dispose();
        }

        private Transaction Sign(int sender, in Address to, ulong gas, ulong value)
        {
            using var state = Node.Chain.OpenSnapshot();
            state.TryGetAccount(Accounts[sender].Address, out var account);
            return new Transaction
            {
                Type = TransactionType.DynamicFee, ChainId = TestDevChain.ChainId, Nonce = account.Nonce,
                MaxPriorityFeePerGas = 1_000_000_000, MaxFeePerGas = 10_000_000_000, GasLimit = gas, To = to,
                Value = value,
            }.SignedBy(Accounts[sender].PrivateKey);
        }
    }
}
