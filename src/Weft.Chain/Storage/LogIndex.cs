using System.Buffers.Binary;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Chain.Storage;

/// <summary>
/// Which blocks have logs of an address or with a topic. An entry is the first 8 bytes of a Keccak-256 and a block
/// number: 16 bytes for what would take 40. Whoever makes two digests meet gets blocks looked at in vain: what a query
/// returns is compared with the receipts.
/// </summary>
internal static class LogIndex
{
    public static ulong DigestOf(ReadOnlySpan<byte> item)
    {
        Hash256 hash = Keccak.Hash(item);
        return BinaryPrimitives.ReadUInt64BigEndian(hash.Bytes);
    }

    /// <summary>The digests of a block, sorted, each once.</summary>
    public static ulong[] DigestsOf(IReadOnlyList<Receipt> receipts)
    {
        var addresses = new HashSet<Address>();
        var topics = new HashSet<Hash256>();
        for (int i = 0; i < receipts.Count; i++)
        {
            IReadOnlyList<LogEntry> logs = receipts[i].Logs;
            for (int l = 0; l < logs.Count; l++)
            {
                addresses.Add(logs[l].Address);
                for (int t = 0; t < logs[l].Topics.Count; t++) topics.Add(logs[l].Topics[t]);
            }
        }
        if (addresses.Count == 0) return [];
        var digests = new HashSet<ulong>(addresses.Count + topics.Count);
        foreach (Address address in addresses) digests.Add(DigestOf(address.Bytes));
        foreach (Hash256 topic in topics) digests.Add(DigestOf(topic.Bytes));
        ulong[] sorted = [.. digests];
        Array.Sort(sorted);
        return sorted;
    }
}
