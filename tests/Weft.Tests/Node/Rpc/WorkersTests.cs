using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Weft.Node.Rpc;
using Xunit;

namespace Weft.Tests.Node.Rpc;

public sealed class WorkersTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(25), Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Long_calls_give_their_places_to_short_ones_of_others()
    {
        using var workers = new Workers(2, 100, Short);
        using var end = new CancellationTokenSource(Patience);
        Task[] endless = [.. Enumerable.Range(0, 40).Select(i => workers.Run(WaitForEnd, Call(1, $"{i}", end.Token)))];
        for (int i = 0; i < 20; i++)
            await workers.Run(_ => { }, Call(2, "other", default)).WaitAsync(Patience);
        Assert.DoesNotContain(endless, task => task.IsCompleted);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(endless).WaitAsync(Patience));
    }

    [Fact]
    public async Task Long_calls_of_one_connection_leave_room_for_those_of_another()
    {
        using var workers = new Workers(2, 100, Short);
        using var end = new CancellationTokenSource(Patience);
        Task[] endless = [.. Enumerable.Range(0, 16).Select(_ => workers.Run(WaitForEnd, Call(1, "one", end.Token)))];
        using var other = new CancellationTokenSource(Patience);
        Task slow = workers.Run(WaitForEnd, Call(1, "other", other.Token));
        for (int i = 0; i < 20; i++)
            await workers.Run(_ => { }, Call(1, "third", default)).WaitAsync(Patience);
        await other.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow.WaitAsync(Patience));
        Assert.DoesNotContain(endless, task => task.IsCompleted);
        await end.CancelAsync();
    }

    [Fact]
    public async Task Long_calls_at_once_are_bounded_and_the_others_come_later()
    {
        using var end = new CancellationTokenSource();
        using var workers = new Workers(2, 1000, TimeSpan.FromMilliseconds(1));
        using var several = new ManualResetEventSlim();
        int running = 0, most = 0, done = 0;
        Task[] all =
        [
            .. Enumerable.Range(0, 200).Select(i => workers.Run(
                _ =>
                {
                    int now = Interlocked.Increment(ref running);
                    InterlockedMax(ref most, now);
                    // More than the places: then long calls have given theirs away.
                    if (now > 2) several.Set();
                    several.Wait(Patience);
                    Thread.Sleep(15);
                    Interlocked.Decrement(ref running);
                    Interlocked.Increment(ref done);
                },
                Call((ulong)i % 7, $"{i}", end.Token))),
        ];
        await Task.WhenAll(all).WaitAsync(Patience);
        Assert.Equal(200, done);
        // Four long ones for each place, and who has the places.
        Assert.InRange(most, 3, 2 * 4 + 2);
    }

    [Fact]
    public async Task Calls_that_wait_for_another_node_leave_their_places_to_others()
    {
        using var workers = new Workers(1, 1000, Timeout.InfiniteTimeSpan);
        using var speaks = new ManualResetEventSlim();
        int asked = 0;
        Task[] waiting =
        [
            .. Enumerable.Range(0, 40).Select(_ => workers.Run(
                _ => Interlocked.Add(ref asked, Workers.Await(() => speaks.Wait(Patience) ? 1 : 0)),
                Call(1, "one", default))),
        ];
        for (int i = 0; i < 20; i++)
            await workers.Run(_ => { }, Call(1, "one", default)).WaitAsync(Patience);
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
        speaks.Set();
        await Task.WhenAll(waiting).WaitAsync(Patience);
        Assert.Equal(40, asked);
        await workers.Run(_ => { }, Call(1, "one", default)).WaitAsync(Patience);
        Assert.Equal(7, Workers.Await(() => 7));
    }

    [Fact]
    public async Task One_network_waits_in_half_of_the_places_for_that_at_most()
    {
        using var workers = new Workers(4, 1000, Timeout.InfiniteTimeSpan);
        using var speaks = new ManualResetEventSlim();
        using var end = new CancellationTokenSource(Patience);
        int inside = 0;
        Task[] waiting =
        [
            .. Enumerable.Range(0, 200).Select(i => workers.Run(
                _ => Workers.Await(() => Interlocked.Increment(ref inside) > 0 && speaks.Wait(Patience)),
                Call(1, $"{i}", default))),
        ];
        // Half of 256, and in the places of others those that came next.
        while (Volatile.Read(ref inside) < 128 + 4) await Task.Delay(1, end.Token);
        await Task.Delay(20);
        Assert.Equal(128 + 4, Volatile.Read(ref inside));
        speaks.Set();
        await Task.WhenAll(waiting).WaitAsync(Patience);
    }

    [Fact]
    public async Task Calls_that_wait_when_it_ends_are_refused()
    {
        var workers = new Workers(1, 10, Timeout.InfiniteTimeSpan);
        using var end = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task running = workers.Run(
            call =>
            {
                begun.SetResult();
                WaitForEnd(call);
            },
            Call(1, "a", end.Token));
        await begun.Task.WaitAsync(Patience);
        Task waiting = workers.Run(_ => { }, Call(1, "a", default));
        Task ending = Task.Run(workers.Dispose);
        await Assert.ThrowsAsync<JsonRpcException>(() => waiting.WaitAsync(Patience));
        Assert.False(running.IsCompleted);
        await end.CancelAsync();
        await ending.WaitAsync(Patience);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Assert.ThrowsAsync<JsonRpcException>(() => workers.Run(_ => { }, Call(1, "a", default)));
    }

    [Fact]
    public async Task Batches_take_turns_slice_by_slice()
    {
        using var threads = new BatchThreads(1);
        using var bothWait = new ManualResetEventSlim();
        var order = new List<string>();
        async Task Hold()
        {
            await threads.NextTurn(new(1, "first"));
            bothWait.Wait(Patience);
            await Leave();
        }
        async Task Work(string name, int slices)
        {
            long turn = await threads.NextTurn(new(1, name));
            for (int i = 0; i < slices; i++)
            {
                if (threads.IsOver(turn)) turn = await threads.NextTurn(new(1, name));
                order.Add(name);
                for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began).TotalMilliseconds < 3;) { }
            }
            await Leave();
        }
        // What awaits this ends the threads, and cannot do so on one of them.
        static async Task Leave() => await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Task[] all = [Hold(), Work("many", 100), Work("few", 5)];
        bothWait.Set();
        await Task.WhenAll(all).WaitAsync(Patience);
        Assert.InRange(order.LastIndexOf("few"), 1, 60);
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    public void Network_is_an_address_or_half_of_a_long_one(string one, string other, bool isSame) => Assert.Equal(
        isSame,
        RpcOrigin.Of(IPAddress.Parse(one), "").Network == RpcOrigin.Of(IPAddress.Parse(other), "").Network);

    private static void WaitForEnd(RpcCall call)
    {
        call.Cancellation.WaitHandle.WaitOne();
        call.Cancellation.ThrowIfCancellationRequested();
    }

    private static RpcCall Call(ulong network, string connection, CancellationToken cancellation) => new(
        "test", new(default), new Utf8JsonWriter(Stream.Null), new Client(new(network, connection)), cancellation);

    private static void InterlockedMax(ref int most, int now)
    {
        for (int seen = most; now > seen; seen = most) Interlocked.CompareExchange(ref most, now, seen);
    }

    private sealed class Client(RpcOrigin origin) : IRpcClient
    {
        public RpcOrigin Origin => origin;

        public IRpcPush? Push => null;

        public void AfterAnswer(Action action) => throw new InvalidOperationException();
    }
}
