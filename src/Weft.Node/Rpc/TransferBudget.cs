namespace Weft.Node.Rpc;

/// <summary>
/// Bytes on their way in and out of an endpoint, of which there may be only so many together: every connection may have
/// a large request or answer, but not all of them, for each stays in memory until its slow peer has sent or read it.
/// Any thread.
/// </summary>
internal sealed class TransferBudget(long bytesMax)
{
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>False: there is no room, and nothing was taken.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= bytesMax) return true;
        Return(bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _bytes, -bytes);

    /// <summary>What one request holds, given back as a whole.</summary>
    public Share Open() => new(this);

    /// <summary>One thread at a time.</summary>
    public sealed class Share(TransferBudget budget) : IDisposable
    {
        private long _held;

        /// <summary>Holds <paramref name="bytes"/> instead of what it held; false where there is no room for it.
        /// </summary>
        public bool TryHold(long bytes)
        {
            if (bytes > _held && !budget.TryTake(bytes - _held)) return false;
            if (bytes < _held) budget.Return(_held - bytes);
            _held = bytes;
            return true;
        }

        public void Dispose() => TryHold(0);
    }
}
