using System.Diagnostics;
using System.Text;
using Xunit;

namespace Weft.Tests.Node.Hostile;

/// <summary>A client that does nothing wrong: asks one simple thing after another while others misbehave, and must be
/// answered as if they were not there.</summary>
internal sealed class Bystander : IAsyncDisposable
{
    private const string Call = """{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}""";

    private readonly HttpClient _client = new();
    private readonly CancellationTokenSource _end = new();
    private readonly List<double> _milliseconds = [];
    private readonly string _url;
    private readonly Task _asking;
    private readonly long _bytesBefore = GC.GetTotalMemory(forceFullCollection: true);
    private long _bytesMax;

    public Bystander(string url)
    {
        _url = url;
        _asking = Task.Run(Ask);
    }

    /// <summary>Milliseconds after which others count as kept waiting by an attack. How fast they are is printed: a
    /// machine that is shared says nothing about that.</summary>
    private const double WorstP99 = 60_000;

    private const long WorstGrowth = 400L << 20;

    /// <summary>Runs an attack; fails where others suffer from it.</summary>
    public static async Task Endures(TestNode node, string attack, Func<Task> run)
    {
        await using var bystander = new Bystander(node.Url);
        await run();
        await bystander._end.CancelAsync();
        await bystander._asking;
        var times = bystander._milliseconds.Order().ToArray();
        double p50 = times[times.Length / 2], p99 = times[times.Length * 99 / 100];
        long growth = bystander._bytesMax - bystander._bytesBefore;
        Console.WriteLine(
            $"{attack}: a bystander's {times.Length} calls took p50 {p50:F2} ms, p99 {p99:F2} ms; the heap of all grew "
            + $"by {growth / 1e6:F0} MB at most");
        Assert.InRange(p99, 0, WorstP99);
        Assert.InRange(growth, long.MinValue, WorstGrowth);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _asking;
        _client.Dispose();
        _end.Dispose();
    }

    /// <summary>When garbage is collected is not the node's business: beyond the limit only what is in use counts.
    /// </summary>
    private void MeasureHeap()
    {
        long bytes = GC.GetTotalMemory(forceFullCollection: false);
        if (bytes - _bytesBefore > WorstGrowth) bytes = GC.GetTotalMemory(forceFullCollection: true);
        _bytesMax = Math.Max(_bytesMax, bytes);
    }

    private async Task Ask()
    {
        do
        {
            long start = Stopwatch.GetTimestamp();
            using var body = new StringContent(Call, Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = await _client.PostAsync(_url, body);
            Assert.Contains("0x7a69", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            MeasureHeap();
            await Task.Delay(1);
        }
        while (!_end.IsCancellationRequested);
    }
}
