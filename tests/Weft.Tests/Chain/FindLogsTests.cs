using Weft.Chain;
using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Xunit;

namespace Weft.Tests.Chain;

public sealed class FindLogsTests
{
    private static readonly Address Nobody = Address.FromNumber(0x999);

    [Fact]
    public void Any_query_finds_what_looking_at_every_receipt_finds()
    {
        using var model = new TestChain(Fork.Shanghai);
        using var database = TestChain.CreateDatabase();
        using var chain = model.Open(database);
        var random = new Random(7);
        var parent = model.Genesis;
        for (int i = 0; i < 60; i++)
        {
            var block = model.Extend(parent, i % 3 == 0 ? [] :
            [
                model.Call(parent, 0, random.Next(3), (ulong)random.Next(5), 1),
                model.Call(parent, 1, random.Next(3), (ulong)random.Next(5), 2),
            ]);
            chain.Import(block);
            parent = block.Header;
        }
        // A reorganisation takes its entries out of the index and brings others.
        var below = chain.Blocks.GetCanonicalHeader(50)!;
        var side = model.Extend(below, [model.Call(below, 2, 0, 4, 4)]);
        chain.Import(side);
        chain.SetHead(side.Header.Hash);

        int found = 0;
        for (int i = 0; i < 300; i++)
        {
            ulong first = (ulong)random.Next(60);
            var query = new LogQuery(first, i % 10 == 0 ? ulong.MaxValue : first + (ulong)random.Next(30))
            {
                Addresses = Some(random, [.. TestChain.Contracts, Nobody]),
                Topics = random.Next(3) == 0
                    ? [[]]
                    : [Some(random, [.. Enumerable.Range(0, 6).Select(t => Hash256.FromWord((ulong)t))])],
            };
            var logs = chain.Blocks.FindLogs(query).ToList();
            Assert.Equal(Expected(chain, query).Select(Describe), logs.Select(Describe));
            found += logs.Count;
        }
        Assert.True(found > 300, $"only {found} logs");
    }

    [Fact]
    public void More_topics_than_a_log_has_match_nothing()
    {
        var log = new LogEntry(Nobody, [Hash256.Zero], default);
        Assert.True(new LogQuery(0, 1) { Topics = [[]] }.Matches(log));
        Assert.False(new LogQuery(0, 1) { Topics = [[], []] }.Matches(log));
        Assert.True(new LogQuery(0, 1) { Addresses = [Nobody], Topics = [[Hash256.Zero]] }.Matches(log));
        Assert.False(new LogQuery(0, 1) { Topics = [[Hash256.FromWord(1)]] }.Matches(log));
    }

    private static List<T> Some<T>(Random random, T[] all) => [.. all.Where(_ => random.Next(3) == 0)];

    private static List<FoundLog> Expected(Blockchain chain, LogQuery query)
    {
        var logs = new List<FoundLog>();
        for (ulong number = query.First; number <= Math.Min(query.Last, chain.Head.Number); number++)
        {
            var hash = chain.Blocks.GetCanonicalHash(number)!.Value;
            var receipts = chain.Blocks.GetReceipts(hash)!;
            int index = 0;
            for (int i = 0; i < receipts.Count; i++)
                foreach (var log in receipts[i].Logs)
                {
                    bool matches = (query.Addresses.Count == 0 || query.Addresses.Contains(log.Address))
                        && (query.Topics[0].Count == 0 || query.Topics[0].Contains(log.Topics[0]));
                    if (matches) logs.Add(new(number, hash, i, index, log));
                    index++;
                }
        }
        return logs;
    }

    /// <summary>Logs hold lists, which records compare by reference.</summary>
    private static string Describe(FoundLog found) =>
        $"{found.Number} {found.BlockHash} {found.TransactionIndex} {found.Index} {found.Log.Address} "
        + string.Join(' ', found.Log.Topics);
}
