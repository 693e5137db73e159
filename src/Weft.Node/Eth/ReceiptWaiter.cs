using Weft.Chain.Live;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Node.Eth;

/// <summary>Wakes those who wait for a transaction to be in a block. Safe on any thread.</summary>
public sealed class ReceiptWaiter : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Hash256, TaskCompletionSource> _waiting = [];
    private readonly LiveChain _chain;
    private readonly IDisposable _subscription;

    public ReceiptWaiter(LiveChain chain)
    {
        _chain = chain;
        _subscription = chain.Subscribe(OnHead);
    }

    /// <summary>Returns when the transaction is in a canonical block; false when time is up before.</summary>
    public async ValueTask<bool> Wait(Hash256 hash, TimeSpan time, CancellationToken cancellation)
    {
        TaskCompletionSource? source;
        lock (_lock)
            if (!_waiting.TryGetValue(hash, out source))
                _waiting[hash] = source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            // It may have been mined before we were listening.
            if (_chain.FindTransaction(hash) is not null) return true;
            await source.Task.WaitAsync(time, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            lock (_lock) _waiting.Remove(hash);
        }
    }

    public void Dispose() => _subscription.Dispose();

    private void OnHead(HeadChange change)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0) return;
            foreach (ChainBlock block in change.Added)
                foreach (Transaction transaction in block.Block.Transactions)
                    if (_waiting.TryGetValue(transaction.Hash, out var source)) source.TrySetResult();
        }
    }
}
