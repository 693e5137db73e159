using System.Buffers.Binary;
using System.Security.Cryptography;
using Weft.Chain.Live;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;

namespace Weft.Chain.Building;

public sealed record PayloadOptions
{
    /// <summary>Payloads that are kept.</summary>
    public int JobsMax { get; init; } = 8;

    /// <summary>From one try to improve a payload to the next.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A payload is not improved any more when nobody has collected it by then.</summary>
    public TimeSpan AgeMax { get; init; } = TimeSpan.FromSeconds(24);
}

/// <summary>Builds payloads for the consensus layer, better ones as time goes on, until they are collected. Any thread;
/// one thread of its own builds.</summary>
public sealed class PayloadJobs : IDisposable
{
    private readonly LiveChain _chain;
    private readonly BlockBuilder _builder;
    private readonly PayloadOptions _options;

    /// <summary>From the oldest to the newest; also what is waited on.</summary>
    private readonly LinkedList<Job> _jobs = [];

    private bool _isDisposed;

    public PayloadJobs(LiveChain chain, BlockBuilder builder, PayloadOptions? options = null)
    {
        (_chain, _builder, _options) = (chain, builder, options ?? new());
        new Thread(Run) { IsBackground = true, Name = "weft-payloads" }.Start();
    }

    /// <summary>Begins to build and names the job (8 bytes as a number); a job for the same is continued.
    /// <paramref name="version"/> is that of the attributes and the first byte of the name.</summary>
    public ulong Start(BlockHeader parent, PayloadAttributes attributes, byte version)
    {
        ulong id = NameOf(parent, attributes, version);
        lock (_jobs)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (Find(id) is not null) return id;
            _jobs.AddLast(new Job(id, parent, attributes));
            while (_jobs.Count > _options.JobsMax) _jobs.RemoveFirst();
            Monitor.PulseAll(_jobs);
        }
        return id;
    }

    /// <summary>The best payload so far, waiting for the first one; it is not improved any more. Null: there is no such
    /// job.</summary>
    /// <exception cref="ArgumentException">Nothing can be built with these attributes.</exception>
    public BuiltBlock? Collect(ulong id)
    {
        lock (_jobs)
        {
            while (Find(id) is { } job)
            {
                if (job.Error is { } error) throw new ArgumentException(error);
                if (job.Best is not null)
                {
                    job.IsDone = true;
                    return job.Best;
                }
                if (_isDisposed) return null;
                Monitor.Wait(_jobs);
            }
            return null;
        }
    }

    public void Dispose()
    {
        lock (_jobs)
        {
            _isDisposed = true;
            Monitor.PulseAll(_jobs);
        }
    }

    // ---- The thread that builds ----

    private void Run()
    {
        while (Next() is { } job)
        {
            BuiltBlock? built = null;
            string? error = null;
            try
            {
                built = _builder.BuildPayload(job.Parent, job.Attributes);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
#pragma warning disable CA1031 // Said to who collects; others' payloads are built all the same.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                error = exception.Message;
            }
            BuiltBlock? loser = null;
            lock (_jobs)
            {
                job.NextTry = Environment.TickCount64 + (long)_options.Interval.TotalMilliseconds;
                // The head has moved on: what is there stays.
                if (built is null) job.IsDone = true;
                if (built is null && job.Best is null) job.Error = error;
                if (built is not null) loser = Choose(job, built);
                Monitor.PulseAll(_jobs);
            }
            if (loser is not null) _chain.Forget(loser);
        }
    }

    /// <summary>Keeps the better one and returns the other. What has been collected stays: it is going to come back.
    /// </summary>
    private static BuiltBlock? Choose(Job job, BuiltBlock built)
    {
        if (job.Best is { } best && (job.IsDone || built.Value <= best.Value)) return built;
        BuiltBlock? loser = job.Best;
        job.Best = built;
        return loser;
    }

    /// <summary>Those without any payload first; null when it is over.</summary>
    private Job? Next()
    {
        lock (_jobs)
        {
            while (!_isDisposed)
            {
                long now = Environment.TickCount64, wait = long.MaxValue;
                foreach (var job in _jobs.Reverse())
                    if (job is { Best: null, IsDone: false }) return job;
                foreach (var job in _jobs)
                {
                    job.IsDone |= now - job.StartedAt > (long)_options.AgeMax.TotalMilliseconds
                        || job.Parent.Hash != _chain.Head.Hash;
                    if (job.IsDone) continue;
                    if (job.NextTry <= now) return job;
                    wait = Math.Min(wait, job.NextTry - now);
                }
                if (wait == long.MaxValue) Monitor.Wait(_jobs);
                else Monitor.Wait(_jobs, TimeSpan.FromMilliseconds(wait));
            }
            return null;
        }
    }

    private Job? Find(ulong id)
    {
        foreach (var job in _jobs)
            if (job.Id == id) return job;
        return null;
    }

    /// <summary>Version, then the first bytes of the SHA-256 of everything that was asked for.</summary>
    private static ulong NameOf(BlockHeader parent, PayloadAttributes attributes, byte version)
    {
        using var writer = new RlpWriter(512);
        writer.Write(parent.Hash);
        writer.Write(attributes.Timestamp);
        writer.Write(attributes.PrevRandao);
        writer.Write(attributes.FeeRecipient);
        writer.Write(attributes.ParentBeaconBlockRoot ?? Hash256.Zero);
        if (attributes.Withdrawals is { } withdrawals) writer.Write(ListRoot.OfWithdrawals(withdrawals));
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(writer.Written, digest);
        digest[0] = version;
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }

    /// <summary>Everything that changes is under the lock.</summary>
    private sealed class Job(ulong id, BlockHeader parent, PayloadAttributes attributes)
    {
        public ulong Id { get; } = id;
        public BlockHeader Parent { get; } = parent;
        public PayloadAttributes Attributes { get; } = attributes;
        public long StartedAt { get; } = Environment.TickCount64;
        public long NextTry { get; set; }
        public BuiltBlock? Best { get; set; }
        public string? Error { get; set; }
        public bool IsDone { get; set; }
    }
}
