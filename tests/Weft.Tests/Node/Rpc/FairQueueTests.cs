using Weft.Node.Rpc;
using Xunit;

namespace Weft.Tests.Node.Rpc;

public sealed class FairQueueTests
{
    private readonly FairQueue<string> _queue = new(1000);

    [Fact]
    public void Networks_take_turns_however_much_each_has_waiting()
    {
        Add(1, "a", "a1", "a2", "a3", "a4");
        Add(1, "b", "b1", "b2");
        Add(2, "c", "c1", "c2");
        Assert.Equal("a1 c1 b1 c2 a2 b2 a3 a4", TakeAll());
    }

    [Fact]
    public void Turn_is_kept_when_more_comes()
    {
        Add(1, "a", "a1", "a2");
        Add(2, "b", "b1");
        Assert.Equal("a1", _queue.Take(_ => true));
        Add(1, "a", "a3");
        Add(3, "c", "c1");
        Assert.Equal("b1 a2 c1 a3", TakeAll());
    }

    [Fact]
    public void Who_may_not_be_taken_waits_without_keeping_others()
    {
        Add(1, "a", "a1", "a2");
        Add(1, "b", "b1");
        Add(2, "c", "c1");
        Assert.Equal("b1", _queue.Take(origin => origin is { Network: 1, Connection: "b" }));
        Assert.Null(_queue.Take(origin => origin.Network == 3));
        Assert.Equal("c1", _queue.Take(origin => origin.Network != 1));
        Assert.Equal("a1 a2", TakeAll());
    }

    [Fact]
    public void Full_queue_takes_from_who_has_most()
    {
        var queue = new FairQueue<string>(4);
        foreach (string item in new[] { "a1", "a2", "a3" }) Assert.Null(queue.Add(new(1, "a"), item));
        Assert.Null(queue.Add(new(1, "b"), "b1"));
        Assert.Equal("a4", queue.Add(new(1, "a"), "a4"));
        Assert.Equal("a3", queue.Add(new(2, "c"), "c1"));
        Assert.Equal("d1", queue.Add(new(1, "d"), "d1"));
        Assert.Equal(4, queue.Count);
        Assert.Equal("a2", queue.Add(new(2, "c"), "c2"));
        Assert.Equal("c3", queue.Add(new(2, "c"), "c3"));
    }

    [Fact]
    public void Everything_comes_out_once_and_in_the_order_of_its_connection()
    {
        var random = new Random(11);
        for (int round = 0; round < 50; round++)
        {
            var queue = new FairQueue<string>(random.Next(1, 40));
            var expected = new Dictionary<string, List<string>>();
            int count = 0;
            for (int i = 0; i < 300; i++)
            {
                if (random.Next(3) == 0)
                {
                    if (queue.Take(_ => true) is not { } taken) continue;
                    string from = taken.Split('/')[0];
                    Assert.Equal(expected[from][0], taken);
                    expected[from].RemoveAt(0);
                    count--;
                    continue;
                }
                string connection = $"{random.Next(5)}", item = $"{connection}/{i}";
                var origin = new RpcOrigin(ulong.Parse(connection) % 2, connection);
                expected.TryAdd(connection, []);
                expected[connection].Add(item);
                count++;
                if (queue.Add(origin, item) is not { } lost) continue;
                string loser = lost.Split('/')[0];
                Assert.Equal(expected[loser][^1], lost);
                expected[loser].RemoveAt(expected[loser].Count - 1);
                count--;
            }
            Assert.Equal(count, queue.Count);
        }
    }

    private void Add(ulong network, string connection, params string[] items)
    {
        foreach (string item in items) Assert.Null(_queue.Add(new(network, connection), item));
    }

    private string TakeAll()
    {
        var taken = new List<string>();
        while (_queue.Take(_ => true) is { } item) taken.Add(item);
        Assert.Equal(0, _queue.Count);
        return string.Join(' ', taken);
    }
}
