using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.Node.Rpc;
using Xunit;

namespace Weft.Tests.Node.Rpc;

public sealed class RpcDispatcherTests : IDisposable
{
    private readonly Workers _workers = new(1, 2, Timeout.InfiniteTimeSpan);
    private readonly BatchThreads _batches = new(1);
    private readonly RpcMethods _methods = new();
    private readonly RpcDispatcher _dispatcher;

    public RpcDispatcherTests()
    {
        _methods.Add("echo", call => call.Result.WriteStringValue(call.Params.Text(0)));
        _methods.AddHeavy("slow", call =>
        {
            call.Result.WriteStartArray();
            call.Cancellation.WaitHandle.WaitOne();
            call.Cancellation.ThrowIfCancellationRequested();
        });
        _methods.AddHeavy("ran", call => call.Result.WriteStringValue("ran"));
        _methods.Add("half", call =>
        {
            call.Result.WriteStartObject();
            call.Result.WriteString("a", new string('b', 10_000));
            throw new JsonRpcException(7, "no more", "0x01");
        });
        _methods.Add("bug", _ => throw new InvalidOperationException("broken"));
        _dispatcher = Create(Timeout.InfiniteTimeSpan);
    }

    private RpcDispatcher Create(TimeSpan callTime)
    {
        var limits = new RpcLimits
        {
            MaxBatchCalls = 4, SmallBatchCalls = 2, MaxDepth = 8, MaxResponseBytes = 300, CallTime = callTime,
        };
        return new(_methods, limits, _workers, _batches, new(NullLogger.Instance));
    }

    public void Dispose()
    {
        _workers.Dispose();
        _batches.Dispose();
    }

    [Fact]
    public async Task A_call_is_answered_with_its_id()
    {
        Assert.Equal(
            """{"jsonrpc":"2.0","id":"x","result":"hi"}""",
            await Answer("""{"jsonrpc":"2.0","id":"x","method":"echo","params":["hi"]}"""));
        Assert.Equal(
            """{"jsonrpc":"2.0","id":1.5,"result":"hi"}""",
            await Answer("""{"jsonrpc":"2.0","id":1.5,"method":"echo","params":["hi"]}"""));
    }

    [Theory]
    [InlineData("""{"id":1,"method":"none"}""", "-32601")]
    [InlineData("""{"id":1,"method":"echo"}""", "-32602,\"message\":\"missing value for required argument 0\"")]
    [InlineData("""{"id":1,"method":"echo","params":{"a":1}}""", "-32602,\"message\":\"non-array args\"")]
    [InlineData("""{"id":1,"method":5}""", "-32600")]
    [InlineData("""{"id":1,"jsonrpc":"1.0","method":"echo"}""", "-32600")]
    [InlineData("""{"id":{},"method":"none"}""", "-32601")]
    [InlineData("5", "-32600")]
    [InlineData("{", "-32700")]
    [InlineData("", "-32700")]
    [InlineData("[[[[[[[[[[[[]]]]]]]]]]]]", "-32700")]
    [InlineData("[]", "-32600,\"message\":\"empty batch\"")]
    [InlineData("[1,2,3,4,5]", "-32600,\"message\":\"batch too large: 5 calls, at most 4\"")]
    [InlineData("""{"id":1,"method":"bug"}""", "-32603")]
    public async Task What_is_wrong_gets_an_error(string request, string expected) =>
        Assert.Contains($"\"error\":{{\"code\":{expected}", await Answer(request), StringComparison.Ordinal);

    [Fact]
    public async Task A_method_that_fails_half_way_leaves_only_the_error() => Assert.Equal(
        """[{"jsonrpc":"2.0","id":1,"result":"a"},"""
        + """{"jsonrpc":"2.0","id":2,"error":{"code":7,"message":"no more","data":"0x01"}}]""",
        await Answer("""[{"id":1,"method":"echo","params":["a"]},{"id":2,"method":"half"}]"""));

    [Fact]
    public async Task Notifications_are_not_answered()
    {
        Assert.Equal("", await Answer("""{"jsonrpc":"2.0","method":"echo","params":["hi"]}"""));
        Assert.Equal("", await Answer("""[{"method":"echo","params":["hi"]},{"method":"none"}]"""));
        Assert.Equal(
            """[{"jsonrpc":"2.0","id":1,"result":"a"},{"jsonrpc":"2.0","id":2,"result":"b"}]""",
            await Answer(
                """[{"method":"bug"},{"id":1,"method":"echo","params":["a"]},{"method":"bug"},"""
                + """{"id":2,"method":"echo","params":["b"]}]"""));
    }

    [Fact]
    public async Task A_batch_whose_answers_are_too_large_ends_in_errors()
    {
        string large = new('x', 400);
        string answer = await Answer(
            $$"""[{"id":1,"method":"echo","params":["{{large}}"]},{"id":2,"method":"echo","params":["b"]}]""");
        Assert.Contains("""{"jsonrpc":"2.0","id":2,"error":{"code":-32005""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_call_ends_when_its_time_is_over() => Assert.Equal(
        """{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"execution aborted (timeout)"}}""",
        await Answer("""{"id":1,"method":"slow"}""", Create(TimeSpan.FromMilliseconds(50))));

    [Fact]
    public async Task Too_many_waiting_calls_are_refused_and_light_ones_go_on()
    {
        using var end = new CancellationTokenSource();
        // Two wait, and one runs where the worker has come to it by now; more are refused at once.
        Task<string>[] calls =
        [
            .. Enumerable.Range(0, 8).Select(_ => Answer("""{"id":1,"method":"slow"}""", cancellation: end.Token)),
        ];
        Assert.Contains("hi", await Answer("""{"id":1,"method":"echo","params":["hi"]}"""), StringComparison.Ordinal);
        var patience = Stopwatch.StartNew();
        while (calls.Count(call => call.IsCompleted) < 5 && patience.Elapsed.TotalSeconds < 60) await Task.Delay(1);
        await end.CancelAsync();
        string[] answers = await Task.WhenAll(calls);
        int refused = answers.Count(answer => answer.Contains("-32005", StringComparison.Ordinal));
        Assert.InRange(refused, 5, 6);
    }

    [Fact]
    public async Task A_batch_of_heavy_and_light_calls_is_answered_in_its_order_and_gives_its_thread_back()
    {
        for (int i = 0; i < 20; i++)
            Assert.Equal(
                """[{"jsonrpc":"2.0","id":1,"result":"a"},{"jsonrpc":"2.0","id":2,"result":"ran"},"""
                + """{"jsonrpc":"2.0","id":3,"result":"ran"},{"jsonrpc":"2.0","id":4,"result":"b"}]""",
                await Answer(
                    """[{"id":1,"method":"echo","params":["a"]},{"id":2,"method":"ran"},{"id":3,"method":"ran"},"""
                    + """{"id":4,"method":"echo","params":["b"]}]"""));
        Assert.DoesNotContain("rpc", Thread.CurrentThread.Name ?? "", StringComparison.Ordinal);
    }

    private async Task<string> Answer(
        string request, RpcDispatcher? dispatcher = null, CancellationToken cancellation = default)
    {
        using var output = new ResponseBuffer();
        await (dispatcher ?? _dispatcher).AnswerAsync(
            Encoding.UTF8.GetBytes(request), output, new NoPush(), cancellation);
        return Encoding.UTF8.GetString(output.Written.Span);
    }

    private sealed class NoPush : IRpcClient
    {
        public RpcOrigin Origin => new(1, "one");

        public IRpcPush? Push => null;

        public void AfterAnswer(Action action) => throw new InvalidOperationException();
    }
}
