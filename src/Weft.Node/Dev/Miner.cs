using Microsoft.Extensions.Logging;
using Weft.Chain;
using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Node.Dev;

/// <summary>When the dev node makes blocks.</summary>
public sealed record MinerOptions
{
    /// <summary>A block as soon as there is a transaction.</summary>
    public bool IsInstant { get; init; } = true;

    /// <summary>A block whenever this has passed, with transactions or without; zero: never.</summary>
    public TimeSpan Interval { get; init; }

    public Address FeeRecipient { get; init; }
}

/// <summary>
/// Makes the blocks of a dev chain, on one thread of its own: when transactions come, at intervals, or when asked.
/// Block times follow the clock, moved by what the developer asked for. Safe on any thread. </summary>
public sealed class Miner : IDisposable
{
    private static readonly Action<ILogger, ulong, Exception?> MiningFailed = LoggerMessage.Define<ulong>(
        LogLevel.Error, new(2, nameof(MiningFailed)), "no block could be made after block {Number}");

    private readonly LiveChain _chain;
    private readonly TransactionPool _pool;
    private readonly BlockBuilder _builder;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _mining = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly IDisposable _subscription;
    private readonly Thread _thread;
    private volatile MinerOptions _options;
    private volatile bool _isStopping;

    public Miner(
        LiveChain chain, TransactionPool pool, BlockBuilder builder, MinerOptions options, ILogger logger,
        TimeProvider? clock = null)
    {
        (_chain, _pool, _builder, _options, _logger) = (chain, pool, builder, options, logger);
        _clock = clock ?? TimeProvider.System;
        _subscription = pool.Subscribe(_ => _wake.Set());
        _thread = new(Run) { IsBackground = true, Name = "miner" };
        _thread.Start();
    }

    /// <summary>Takes effect at once.</summary>
    public MinerOptions Options
    {
        get => _options;
        set
        {
            _options = value;
            _wake.Set();
        }
    }

    /// <summary>Seconds by which block times are ahead of the clock.</summary>
    public long TimeOffset { get; set; }

    /// <summary>Of the next block alone; null: by the clock.</summary>
    public ulong? NextTimestamp { get; set; }

    /// <summary>Of the next block alone.</summary>
    public Hash256? NextPrevRandao { get; set; }

    /// <summary>Makes one block now, of the best transactions that fit.</summary>
    public Block Mine()
    {
        lock (_mining)
        {
            BlockHeader head = _chain.Head;
            var (built, result) = _builder.Mine(CreateAttributes(head));
            (NextTimestamp, NextPrevRandao) = (null, null);
            return result.Status is ImportStatus.Extended or ImportStatus.Known
                ? built.Block
                : throw new InvalidOperationException(
                    $"block {built.Block.Header.Number} was refused: {result.Status} {result.Result.Detail}");
        }
    }

    public void Dispose()
    {
        _isStopping = true;
        _subscription.Dispose();
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
    }

    /// <summary>What a block after <paramref name="parent"/> would have now.</summary>
    public PayloadAttributes CreateAttributes(BlockHeader parent)
    {
        ulong now = (ulong)Math.Max(0, _clock.GetUtcNow().ToUnixTimeSeconds() + TimeOffset);
        var rules = _chain.RulesAfter(parent, Math.Max(parent.Timestamp + 1, now));
        return new()
        {
            Timestamp = NextTimestamp ?? Math.Max(parent.Timestamp + 1, now),
            FeeRecipient = _options.FeeRecipient,
            // Different in every block and the same in every run, as tests like it.
            PrevRandao = NextPrevRandao ?? Keccak.Hash(parent.Hash.Bytes),
            Withdrawals = rules.Withdrawals ? [] : null,
            ParentBeaconBlockRoot = rules.BeaconRoots ? Hash256.Zero : null,
        };
    }

    private void Run()
    {
        long last = _clock.GetTimestamp();
        while (!_isStopping)
        {
            _wake.WaitOne(UntilNext(last));
            if (_isStopping) return;
            try
            {
                MinerOptions options = _options;
                if (options.Interval > TimeSpan.Zero && _clock.GetElapsedTime(last) >= options.Interval)
                {
                    last = _clock.GetTimestamp();
                    Mine();
                }
                if (options.IsInstant) MineAll();
            }
#pragma warning disable CA1031 // A block that fails must not end the node; the reason is in the log.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (!_isStopping) MiningFailed(_logger, _chain.Head.Number, e);
            }
        }
    }

    /// <summary>Until nothing is left, or what is left cannot be mined now (its fee is below the base fee).</summary>
    private void MineAll()
    {
        while (!_isStopping && _pool.PendingCount > 0)
            if (Mine().Transactions.Count == 0) return;
    }

    private TimeSpan UntilNext(long last)
    {
        TimeSpan interval = _options.Interval;
        if (interval == TimeSpan.Zero) return Timeout.InfiniteTimeSpan;
        TimeSpan left = interval - _clock.GetElapsedTime(last);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
