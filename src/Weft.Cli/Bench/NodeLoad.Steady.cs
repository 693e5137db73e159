using System.Diagnostics;
using Weft.Cli.Workloads;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Cli.Bench;

/// <summary>One minute of a steady load.</summary>
/// <param name="PerSecond">Transactions a second whose receipts came back.</param>
/// <param name="OwnBytes">Memory of the node that the system cannot take back: its own, and its chain where that lies
/// in memory.</param>
/// <param name="FileBytes">Pages of files that are mapped, the data folder above all: the system takes them back when
/// it needs them.</param>
/// <param name="HeapBytes">Of its own memory, objects.</param>
internal sealed record SteadyMinute(
    int Minute, double PerSecond, ulong Block, double CallMedian, double CallP99, long OwnBytes, long FileBytes,
    long HeapBytes);

/// <summary>How the node bears a load that stays the same.</summary>
internal sealed partial class NodeLoad
{
    private static readonly TimeSpan SampleTime = TimeSpan.FromMinutes(1);

    /// <summary>Transactions of the steady load with a receipt.</summary>
    private long _confirmed;

    /// <summary>Plain transfers at a rate, signed as they are sent; tells of every minute.</summary>
    public void RunSteadily(int minutes, int perSecond, Action<SteadyMinute> tell)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        long start = Stopwatch.GetTimestamp(), batches = -1, counted = 0;
        Exception? failure = null;
        var threads = new List<Thread> { new(() => Guard(() => CallUntil(RecipientOf(0), done.Token))) };
        for (int i = 0; i < size.Connections; i++)
        {
            int sender = i;
            threads.Add(new(() => Guard(() => SendSteadily(sender))));
        }
        foreach (var thread in threads) thread.Start();
        try
        {
            for (int minute = 1; minute <= minutes && failure is null; minute++)
            {
                var left = Left(start, SampleTime * minute);
                if (done.Token.WaitHandle.WaitOne(left)) break;
                tell(Sample(minute, ref counted, Interlocked.Read(ref _confirmed)));
            }
        }
        finally
        {
            done.Cancel();
            foreach (var thread in threads) thread.Join();
        }
        cancellation.ThrowIfCancellationRequested();
        if (failure is not null) throw failure;

        void SendSteadily(int sender)
        {
            target.Call("anvil_setBalance", AddressOf(sender).ToString(), Balance.ToHex());
            ulong nonce = ReadQuantity(
                target.Call("eth_getTransactionCount", AddressOf(sender).ToString(), "latest")!.GetValue<string>());
            while (!done.IsCancellationRequested)
            {
                long number = Interlocked.Increment(ref batches);
                var batch = SignNext(sender, ref nonce, (int)(number * size.Batch % int.MaxValue));
                var due = TimeSpan.FromSeconds((double)number * size.Batch / perSecond);
                if (done.Token.WaitHandle.WaitOne(Left(start, due))) return;
                SendAndWait(batch);
                Interlocked.Add(ref _confirmed, size.Batch);
            }
        }

        void Guard(Action work)
        {
            try
            {
                work();
            }
            catch (Exception e) when (e is Input.InputException or HttpRequestException or OperationCanceledException)
            {
                failure = e;
                done.Cancel();
            }
        }
    }

    private SignedBatch SignNext(int sender, ref ulong nonce, int recipient)
    {
        var transactions = new Transaction[size.Batch];
        for (int i = 0; i < transactions.Length; i++)
            transactions[i] = Sign(
                sender, nonce++, (RecipientOf(recipient + i), TransferGas, 1, ReadOnlyMemory<byte>.Empty));
        return new(transactions, null);
    }

    private SteadyMinute Sample(int minute, ref long counted, long confirmed)
    {
        List<double> times;
        lock (_calls)
        {
            times = [.. _calls];
            _calls.Clear();
        }
        times.Sort();
        double rate = (confirmed - counted) / SampleTime.TotalSeconds;
        counted = confirmed;
        var (own, file) = target.ReadMemory();
        ulong block = ReadQuantity(target.Call("eth_blockNumber")!.GetValue<string>());
        return new(minute, rate, block, Percentile(times, 50), Percentile(times, 99), own, file, target.ReadHeap());
    }

    /// <summary>Until so long after a start, on the clock of <see cref="Stopwatch"/>; never negative.</summary>
    private static TimeSpan Left(long start, TimeSpan after)
    {
        var left = after - Stopwatch.GetElapsedTime(start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
