using System.Runtime.ExceptionServices;

namespace Weft.State.Trie;

/// <summary>What workers do together: each is called once and takes parts until none is left.</summary>
internal interface ISharedWork
{
    void Run(int worker);
}

/// <summary>
/// Threads of one <see cref="StateTrie"/>: the caller's is worker 0, the others wait for work, spinning for a moment
/// because one piece follows another, then asleep, for waking costs tens of microseconds.
/// </summary>
internal sealed class Workers : IDisposable
{
    /// <summary>About as long as a wake-up takes.</summary>
    private const int SpinsBeforeSleep = 2000;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _wakeUps;

    /// <summary>Written by the caller before <see cref="_turn"/>, whose change publishes it.</summary>
    private ISharedWork? _work;

    /// <summary>Counts pieces of work; only the caller writes.</summary>
    private volatile int _turn;

    /// <summary>Workers of the current turn that are not done; the last decrement publishes their results.</summary>
    private int _busy;

    /// <summary>Per worker: 1 from when it decided to sleep until it is woken.</summary>
    private readonly int[] _sleeping;
    private ExceptionDispatchInfo? _failure;

    public Workers(int count)
    {
        Count = count;
        _threads = new Thread[count - 1];
        _wakeUps = new SemaphoreSlim[count - 1];
        _sleeping = new int[count - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int number = i;
            _wakeUps[i] = new(0);
            _threads[i] = new(() => Serve(number)) { IsBackground = true, Name = $"trie {i + 1}" };
            _threads[i].Start();
        }
    }

    public int Count { get; }

    /// <summary>Returns when all workers are done; throws what the first that failed threw.</summary>
    public void Run(ISharedWork work)
    {
        _work = work;
        Volatile.Write(ref _busy, _threads.Length);
        StartTurn();
        Try(work, 0);
        var spin = new SpinWait();
        while (Volatile.Read(ref _busy) != 0) spin.SpinOnce(sleep1Threshold: -1);
        _work = null;
        var failure = Interlocked.Exchange(ref _failure, null);
        failure?.Throw();
    }

    public void Dispose()
    {
        _work = null;
        StartTurn();
        foreach (var thread in _threads) thread.Join();
        foreach (var wakeUp in _wakeUps) wakeUp.Dispose();
    }

    /// <summary>A worker marks itself sleeping before it looks at the turn once more, and the caller changes the turn
    /// before it looks at the mark, with full fences between: one of them sees the other.</summary>
    private void StartTurn()
    {
        _turn++;
        Interlocked.MemoryBarrier();
        for (int i = 0; i < _sleeping.Length; i++)
        {
            if (Interlocked.Exchange(ref _sleeping[i], 0) == 1) _wakeUps[i].Release();
        }
    }

    private void Serve(int number)
    {
        int turn = 0;
        while (true)
        {
            turn = WaitForTurn(number, turn);
            if (_work is not { } work) return;
            Try(work, number + 1);
            Interlocked.Decrement(ref _busy);
        }
    }

    private int WaitForTurn(int number, int turn)
    {
        for (int i = 0; i < SpinsBeforeSleep && _turn == turn; i++) Thread.SpinWait(20);
        while (_turn == turn)
        {
            Interlocked.Exchange(ref _sleeping[number], 1);
            // Awake already: take the mark back, or the permit of a caller that was faster.
            if (_turn == turn || Interlocked.Exchange(ref _sleeping[number], 0) == 0) _wakeUps[number].Wait();
        }
        return _turn;
    }

    private void Try(ISharedWork work, int worker)
    {
        try
        {
            work.Run(worker);
        }
#pragma warning disable CA1031 // Handed to the caller, on whose thread it is thrown.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(error), null);
        }
    }
}
