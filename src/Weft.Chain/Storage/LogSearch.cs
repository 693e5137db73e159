using System.Numerics;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State.Store;

namespace Weft.Chain.Storage;

/// <summary>
/// Answers a <see cref="LogQuery"/>: for a stretch of blocks at a time, a bit for each block that the index names for
/// every criterion; the receipts of those are read and compared. Memory does not grow with the range.
/// </summary>
internal sealed class LogSearch(ChainStore store, Database database, LogQuery query)
{
    private const int Stretch = 4096;

    public IEnumerable<FoundLog> Run()
    {
        ulong last = Math.Min(query.Last, store.ReadHead()?.Number ?? 0);
        ulong[][] criteria = CreateCriteria();
        for (ulong first = query.First; first <= last; first += Stretch)
        {
            ulong end = last - first < Stretch ? last : first + Stretch - 1;
            foreach (FoundLog log in Search(first, end, criteria)) yield return log;
            if (end == last) yield break;
        }
    }

    /// <summary>For each criterion the digests of which one must be there.</summary>
    private ulong[][] CreateCriteria()
    {
        var criteria = new List<ulong[]>();
        if (query.Addresses.Count > 0)
            criteria.Add([.. query.Addresses.Select(address => LogIndex.DigestOf(address.Bytes))]);
        foreach (IReadOnlyList<Hash256> topics in query.Topics)
            if (topics.Count > 0) criteria.Add([.. topics.Select(topic => LogIndex.DigestOf(topic.Bytes))]);
        return [.. criteria];
    }

    private List<FoundLog> Search(ulong first, ulong last, ulong[][] criteria)
    {
        var found = new List<FoundLog>();
        using var transaction = database.BeginRead();
        ulong[] candidates = FindCandidates(transaction, first, last, criteria);
        for (int word = 0; word < candidates.Length; word++)
            for (ulong bits = candidates[word]; bits != 0; bits &= bits - 1)
            {
                ulong number = first + (ulong)(word * 64 + BitOperations.TrailingZeroCount(bits));
                if (number <= last) Collect(transaction, number, found);
            }
        return found;
    }

    private ulong[] FindCandidates(ReadTransaction transaction, ulong first, ulong last, ulong[][] criteria)
    {
        var candidates = new ulong[Stretch / 64];
        Array.Fill(candidates, ulong.MaxValue);
        foreach (ulong[] digests in criteria)
        {
            var named = new ulong[Stretch / 64];
            foreach (ulong digest in digests) Mark(transaction, digest, first, last, named);
            for (int i = 0; i < candidates.Length; i++) candidates[i] &= named[i];
        }
        return candidates;
    }

    private void Mark(ReadTransaction transaction, ulong digest, ulong first, ulong last, ulong[] blocks)
    {
        var start = new byte[ChainTables.LogKeySize];
        ChainTables.WriteLogKey(digest, first, start);
        using Cursor cursor = transaction.OpenCursor(store.Tables.Logs);
        for (bool more = cursor.Seek(start); more; more = cursor.MoveNext())
        {
            ReadOnlySpan<byte> key = cursor.Key;
            if (key.Length != ChainTables.LogKeySize) throw ChainTables.Damaged("a key of the log index");
            if (!key[..8].SequenceEqual(start.AsSpan(0, 8))) return;
            ulong number = BlockRecords.ReadNumber(key[8..]);
            if (number > last) return;
            ulong offset = number - first;
            blocks[offset / 64] |= 1ul << (int)(offset % 64);
        }
    }

    private void Collect(ReadTransaction transaction, ulong number, List<FoundLog> found)
    {
        if (store.ReadReceipts(transaction, number) is not { } receipts) return;
        if (store.ReadCanonicalHash(transaction, number) is not { } hash) return;
        int index = 0;
        for (int i = 0; i < receipts.Length; i++)
            foreach (LogEntry log in receipts[i].Logs)
            {
                if (query.Matches(log)) found.Add(new(number, hash, i, index, log));
                index++;
            }
    }
}
