using System.Diagnostics;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Execution.Parallel;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Building;

/// <summary>Mines on its own: as soon as there are transactions, or at an interval. For chains without consensus layer.
/// Any thread; one thread of its own mines.</summary>
public sealed class DevMiner : IDisposable
{
    /// <summary>What it looks at its settings again after.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>What it looks again after whether what cannot be mined can be.</summary>
    private static readonly TimeSpan FruitlessPause = TimeSpan.FromMilliseconds(5);

    private const long NotDue = 0;

    private readonly LiveChain _chain;
    private readonly TransactionPool _pool;
    private readonly BlockBuilder _builder;
    private readonly ManualResetEventSlim _changed = new();
    private readonly Lock _mining = new();
    private volatile bool _isInstant, _isDisposed;
    private long _intervalTicks;

    /// <summary>The state of the pool of which no block could be made; its thread writes.</summary>
    private long _fruitless = -1;

    /// <summary>Replaced under the lock.</summary>
    private volatile MinerSettings _settings = new();

    public DevMiner(LiveChain chain, TransactionPool pool, BlockBuilder builder)
    {
        (_chain, _pool, _builder) = (chain, pool, builder);
        builder.Next = head => AttributesAfter(head, _settings);
        new Thread(Run) { IsBackground = true, Name = "weft-miner" }.Start();
    }

    /// <summary>Mines as soon as a transaction is pending.</summary>
    public bool IsInstant
    {
        get => _isInstant;
        set
        {
            lock (_mining) _isInstant = value;
            _changed.Set();
        }
    }

    /// <summary>Mines at this interval, also empty blocks; null: not.</summary>
    public TimeSpan? Interval
    {
        get => Volatile.Read(ref _intervalTicks) is > 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;
        set
        {
            lock (_mining) Volatile.Write(ref _intervalTicks, value?.Ticks ?? 0);
            _changed.Set();
        }
    }

    public MinerSettings Settings => _settings;

    /// <summary>What went wrong when it mined last on its own; null where nothing did.</summary>
    public Exception? LastError { get; private set; }

    /// <summary>It has nothing to mine as soon as it can: nothing is pending, or no block can be made of it.</summary>
    public bool IsIdle =>
        !_pool.HasPending.IsSet || _pool.Changes == Volatile.Read(ref _fruitless) || LastError is not null;

    /// <summary>Changes the settings from the next block on.</summary>
    public void Set(Func<MinerSettings, MinerSettings> change)
    {
        lock (_mining) _settings = change(_settings);
    }

    /// <summary>Mines one block now, whatever the settings.</summary>
    /// <exception cref="ArgumentException">The timestamp is not after the head's.</exception>
    public BuiltBlock Mine(ulong? timestamp = null) => Mine(timestamp, isEmptyFine: true)!;

    /// <summary>Mines several blocks now, <paramref name="step"/> seconds apart where that is given; nobody else's come
    /// between.</summary>
    public void Mine(int count, ulong? step, CancellationToken cancellation)
    {
        lock (_mining)
        {
            for (int i = 0; i < count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                Mine(i > 0 && step is { } seconds ? _chain.Head.Timestamp + seconds : null);
            }
        }
    }

    /// <summary>Mines a block with these transactions alone; those that are invalid there are left out.</summary>
    internal void Mine(IReadOnlyList<Transaction> transactions, Hash256? prevRandao)
    {
        lock (_mining)
        {
            var attributes = AttributesAfter(_chain.Head, _settings);
            if (prevRandao is { } value) attributes = attributes with { PrevRandao = value };
            _builder.Mine(attributes, transactions).Dispose();
        }
    }

    /// <summary>Nobody mines while <paramref name="action"/> runs.</summary>
    internal void Pause(Action action)
    {
        lock (_mining) action();
    }

    private BuiltBlock? Mine(ulong? timestamp, bool isEmptyFine)
    {
        lock (_mining)
        {
            var settings = timestamp is null ? _settings : _settings with { NextTimestamp = timestamp };
            var attributes = AttributesAfter(_chain.Head, settings);
            if (_builder.Mine(attributes, isEmptyFine) is not { } built) return null;
            _settings = settings with
            {
                NextTimestamp = null, NextPrevRandao = null, NextBaseFee = null,
                ClockOffsetMs = settings.NextTimestamp is { } reached
                    ? OffsetTo(reached)
                    : settings.ClockOffsetMs,
            };
            return built;
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        _changed.Set();
        // It may be in the middle of a block.
        lock (_mining) { }
    }

    /// <summary>What has to be added to the clock for it to say this time, in seconds.</summary>
    public static long OffsetTo(ulong timestamp) =>
        (long)timestamp * 1000 - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private static PayloadAttributes AttributesAfter(BlockHeader head, MinerSettings settings) => new()
    {
        Timestamp = settings.NextTimestamp ?? NextTime(head, settings),
        FeeRecipient = settings.FeeRecipient,
        PrevRandao = settings.NextPrevRandao ?? Keccak.Hash(head.Hash.Bytes),
        GasLimit = settings.GasLimit,
        BaseFeePerGas = settings.NextBaseFee,
    };

    /// <summary>By the clock, which blocks that come faster than once a second run ahead of.</summary>
    private static ulong NextTime(BlockHeader head, MinerSettings settings)
    {
        if (settings.TimestampStep is { } step) return head.Timestamp + Math.Max(1, step);
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + settings.ClockOffsetMs;
        return Math.Max(head.Timestamp + 1, (ulong)Math.Max(0, now / 1000));
    }

    private void Run()
    {
        // Who asks for the state is not to wait for blocks that come all the time.
        Precedence.Lower();
        long due = NotDue;
        while (!_isDisposed)
        {
            try
            {
                if (WaitUntilDue(ref due)) MineDue();
                LastError = null;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
#pragma warning disable CA1031 // A node whose disk is full, or that cannot ask what it is a fork of, still answers.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                // Told to whoever looks; trying again at once would find the same.
                LastError = exception;
                _changed.Wait(Patience);
            }
        }
    }

    /// <summary>What is pending may cost less than the base fee: then nothing is mined until something changes.
    /// </summary>
    private void MineDue()
    {
        lock (_mining)
        {
            // Whoever switched it off while this waited gets no block any more.
            if (!_isInstant && Interval is null) return;
            long changes = _pool.Changes;
            bool isEmptyFine = Interval is not null;
            if (Mine(null, isEmptyFine) is null) Volatile.Write(ref _fruitless, changes);
        }
    }

    /// <summary>True when it is time for a block. Blocks at an interval keep to a grid, <paramref name="due"/> being
    /// the next one's time; of those that could not be mined in time one is made up for.</summary>
    private bool WaitUntilDue(ref long due)
    {
        while (!_isDisposed)
        {
            _changed.Reset();
            if (Interval is { } interval)
            {
                long now = Stopwatch.GetTimestamp(), ticks = (long)(interval.TotalSeconds * Stopwatch.Frequency);
                if (due == NotDue || due > now + ticks) due = now + ticks;
                if (due <= now)
                {
                    due = Math.Max(due + ticks, now);
                    return true;
                }
                // Whole milliseconds is what it waits; rounding down would end in a loop.
                _changed.Wait((int)Math.Ceiling(Stopwatch.GetElapsedTime(now, due).TotalMilliseconds));
                continue;
            }
            due = NotDue;
            if (!_isInstant) _changed.Wait();
            else if (_pool.Changes == _fruitless) _changed.Wait(FruitlessPause);
            else if (_pool.HasPending.Wait(Patience)) return true;
        }
        return false;
    }
}
