using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Building;

/// <summary>Mines on its own: as soon as there are transactions, or at an interval. For chains without consensus layer.
/// Any thread; one thread of its own mines.</summary>
public sealed class DevMiner : IDisposable
{
    /// <summary>What it looks at its settings again after.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>What it looks again after whether what cannot be mined can be.</summary>
    private static readonly TimeSpan FruitlessPause = TimeSpan.FromMilliseconds(5);

    private readonly LiveChain _chain;
    private readonly TransactionPool _pool;
    private readonly BlockBuilder _builder;
    private readonly ManualResetEventSlim _settings = new();
    private readonly Lock _mining = new();
    private volatile bool _isInstant, _isDisposed;
    private long _intervalTicks, _offsetTicks;

    /// <summary>The state of the pool of which no block could be made; its thread's.</summary>
    private long _fruitless = -1;

    /// <summary>Under the lock; null: none.</summary>
    private ulong? _nextTimestamp;

    public DevMiner(LiveChain chain, TransactionPool pool, BlockBuilder builder)
    {
        (_chain, _pool, _builder) = (chain, pool, builder);
        new Thread(Run) { IsBackground = true, Name = "weft-miner" }.Start();
    }

    public Address FeeRecipient { get; set; }

    /// <summary>Mines as soon as a transaction is pending.</summary>
    public bool IsInstant
    {
        get => _isInstant;
        set
        {
            _isInstant = value;
            _settings.Set();
        }
    }

    /// <summary>Mines at this interval, also empty blocks; null: not.</summary>
    public TimeSpan? Interval
    {
        get => Volatile.Read(ref _intervalTicks) is > 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;
        set
        {
            Volatile.Write(ref _intervalTicks, value?.Ticks ?? 0);
            _settings.Set();
        }
    }

    /// <summary>What is added to the clock to make timestamps.</summary>
    public TimeSpan ClockOffset
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _offsetTicks));
        set => Volatile.Write(ref _offsetTicks, value.Ticks);
    }

    /// <summary>The timestamp of the next block only.</summary>
    public ulong? NextTimestamp
    {
        get
        {
            lock (_mining) return _nextTimestamp;
        }
        set
        {
            lock (_mining) _nextTimestamp = value;
        }
    }

    /// <summary>Seconds from one block to the next; null: by the clock.</summary>
    public ulong? TimestampStep { get; set; }

    /// <summary>What <c>prevRandao</c> the next block gets; it is derived from the parent otherwise.</summary>
    public Hash256? NextPrevRandao { get; set; }

    /// <summary>What went wrong when it mined last on its own; null where nothing did.</summary>
    public Exception? LastError { get; private set; }

    /// <summary>Mines one block now, whatever the settings.</summary>
    /// <exception cref="ArgumentException">The timestamp is not after the head's.</exception>
    public BuiltBlock Mine(ulong? timestamp = null) => Mine(timestamp, isEmptyFine: true)!;

    private BuiltBlock? Mine(ulong? timestamp, bool isEmptyFine)
    {
        lock (_mining)
        {
            BlockHeader head = _chain.Head;
            var attributes = new PayloadAttributes
            {
                Timestamp = timestamp ?? _nextTimestamp ?? NextTime(head),
                FeeRecipient = FeeRecipient,
                PrevRandao = NextPrevRandao ?? Keccak.Hash(head.Hash.Bytes),
            };
            if (_builder.Mine(attributes, isEmptyFine) is not { } built) return null;
            (_nextTimestamp, NextPrevRandao) = (null, null);
            return built;
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        _settings.Set();
    }

    private ulong NextTime(BlockHeader head)
    {
        if (TimestampStep is { } step) return head.Timestamp + Math.Max(1, step);
        long now = (DateTimeOffset.UtcNow + ClockOffset).ToUnixTimeSeconds();
        return Math.Max(head.Timestamp + 1, (ulong)Math.Max(0, now));
    }

    private void Run()
    {
        long last = Environment.TickCount64;
        while (!_isDisposed)
        {
            try
            {
                if (WaitUntilDue(last)) MineDue();
                LastError = null;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception exception)
                when (exception is ArgumentException or InvalidOperationException or IOException)
            {
                // Told to whoever looks; trying again at once would find the same.
                LastError = exception;
                _settings.Wait(Patience);
            }
            last = Environment.TickCount64;
        }
    }

    /// <summary>What is pending may cost less than the base fee: then nothing is mined until something changes.
    /// </summary>
    private void MineDue()
    {
        long changes = _pool.Changes;
        bool isEmptyFine = Interval is not null;
        if (Mine(null, isEmptyFine) is null) _fruitless = changes;
    }

    /// <summary>True when it is time for a block.</summary>
    private bool WaitUntilDue(long last)
    {
        while (!_isDisposed)
        {
            _settings.Reset();
            if (Interval is { } interval)
            {
                double left = interval.TotalMilliseconds - (Environment.TickCount64 - last);
                if (left <= 0) return true;
                _settings.Wait(TimeSpan.FromMilliseconds(left));
            }
            else if (_isInstant)
            {
                if (_pool.Changes == _fruitless) _settings.Wait(FruitlessPause);
                else if (_pool.HasPending.Wait(Patience)) return true;
            }
            else
            {
                _settings.Wait();
            }
        }
        return false;
    }
}
