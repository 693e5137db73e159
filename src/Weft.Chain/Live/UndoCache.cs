using Weft.Primitives;

namespace Weft.Chain.Live;

/// <summary>Undo records of recent blocks by the block's hash: they never change, and a snapshot of an earlier block
/// needs one for each block above it. Bounded in bytes, the oldest go first. Any thread.</summary>
internal sealed class UndoCache(long bytesMax)
{
    private readonly Dictionary<Hash256, byte[]> _records = [];
    private readonly Queue<Hash256> _order = new();
    private readonly Lock _gate = new();
    private long _bytes;

    public byte[]? Find(in Hash256 block)
    {
        lock (_gate) return _records.GetValueOrDefault(block);
    }

    public void Add(in Hash256 block, byte[] record)
    {
        lock (_gate)
        {
            if (record.Length > bytesMax || !_records.TryAdd(block, record)) return;
            _order.Enqueue(block);
            _bytes += record.Length;
            while (_bytes > bytesMax && _order.TryDequeue(out var oldest))
                if (_records.Remove(oldest, out var dropped)) _bytes -= dropped.Length;
        }
    }
}
