using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Weft.State.MultiVersion;

namespace Weft.Execution.Parallel;

/// <summary>
/// Threads of our own that wait for work: they spin for a while, for waking one costs 50 us, then sleep. The caller is
/// worker 0.
/// </summary>
public sealed class WorkerThreads : IDriver
{
    /// <summary>Less than waking takes: who spins in vain has not lost much.</summary>
    private static readonly TimeSpan Spinning = TimeSpan.FromMicroseconds(20);

    /// <summary>Waking a thread takes its waker some 10 us and the thread 40. So each worker wakes so many others,
    /// before anything else: one that woke 31 would begin itself when a third of a usual block might be done.</summary>
    private const int WokenByEach = 4;

    private readonly Thread[] _threads;
    private readonly Place[] _places;
    private readonly ManualResetEventSlim[] _starts;
    private readonly Processors? _processors = Processors.TryFind();
    private Action<int> _work = _ => { };
    private int _running;

    // Of the run at hand: how many workers it has, and on which processor its caller is.
    private int _workers, _processor;
    private ExceptionDispatchInfo? _error;
    private volatile bool _isDisposed;

    /// <summary><paramref name="isBackground"/>: they give way to other threads (<see cref="Precedence"/>).</summary>
    public WorkerThreads(int workers, bool isBackground = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        _threads = new Thread[workers - 1];
        _places = new Place[workers - 1];
        _starts = new ManualResetEventSlim[workers - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _starts[i] = new(false, spinCount: 0);
            _threads[i] = new(() => Loop(worker, isBackground)) { IsBackground = true, Name = $"weft worker {worker}" };
            _threads[i].Start();
        }
    }

    public int Workers => _threads.Length + 1;

    public ISwitchPoint? SwitchPoint => null;

    public void Run(Action<int> work) => Run(work, Workers);

    public void Run(Action<int> work, int workers)
    {
        (_work, _error) = (work, null);
        (_workers, _processor) = (workers, _processors?.Current ?? 0);
        Volatile.Write(ref _running, workers - 1);
        WakeOthers(0);
        Work(0);
        // Also after an exception: who still works for this block must not meet the next one.
        var spinner = new SpinWait();
        while (Volatile.Read(ref _running) != 0) spinner.SpinOnce(sleep1Threshold: -1);
        _error?.Throw();
    }

    public void Idle(ref SpinWait spinner) => spinner.SpinOnce(sleep1Threshold: -1);

    public void Dispose()
    {
        _isDisposed = true;
        foreach (var start in _starts) start.Set();
        foreach (var thread in _threads) thread.Join();
        foreach (var start in _starts) start.Dispose();
    }

    /// <summary>Who wakes a worker.</summary>
    internal static int WakerOf(int worker) => (worker - 1) / WokenByEach;

    /// <summary>Whom it wakes: these follow each other.</summary>
    internal static (int First, int Count) WokenBy(int worker, int workers)
    {
        int first = Math.Min(worker * WokenByEach + 1, workers);
        return (first, Math.Min(WokenByEach, workers - first));
    }

    private void WakeOthers(int worker)
    {
        var (first, count) = WokenBy(worker, _workers);
        for (int i = first; i < first + count; i++)
        {
            ref Place place = ref _places[i - 1];
            int sleeper = Volatile.Read(ref place.Sleeper);
            place.IsChosen = sleeper != 0;
            if (place.IsChosen) _processors!.Place(sleeper, _processor, i);
            _starts[i - 1].Set();
        }
    }

    private void Loop(int worker, bool isBackground)
    {
        if (isBackground) Precedence.Lower();
        int thread = _processors is null ? 0 : Processors.ThreadId;
        ref Place place = ref _places[worker - 1];
        while (true)
        {
            Wait(_starts[worker - 1], ref place, thread);
            if (_isDisposed) return;
            WakeOthers(worker);
            if (place.IsChosen) _processors!.Release();
            Work(worker);
            Interlocked.Decrement(ref _running);
        }
    }

    private void Work(int worker)
    {
        try
        {
            _work(worker);
        }
#pragma warning disable CA1031 // It comes out of Run.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _error = ExceptionDispatchInfo.Capture(exception);
        }
    }

    private static void Wait(ManualResetEventSlim start, ref Place place, int thread)
    {
        long began = Stopwatch.GetTimestamp();
        while (!start.IsSet && Stopwatch.GetElapsedTime(began) < Spinning) Thread.SpinWait(8);
        if (!start.IsSet)
        {
            Volatile.Write(ref place.Sleeper, thread);
            start.Wait();
            place.Sleeper = 0;
        }
        start.Reset();
    }

    /// <summary>Two cache lines, as they are fetched in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Place
    {
        /// <summary>The thread while it sleeps, otherwise 0. Written by the worker. One that is just falling asleep, or
        /// is awake by now, may be taken for the other: it begins a little later then.</summary>
        [FieldOffset(0)]
        public int Sleeper;

        /// <summary>Where it wakes up was chosen. Written by who wakes it.</summary>
        [FieldOffset(8)]
        public bool IsChosen;
    }
}
