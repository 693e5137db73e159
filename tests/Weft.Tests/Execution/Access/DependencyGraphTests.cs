using System.Collections.Immutable;
using Weft.Execution.Access;
using Weft.Primitives;
using Weft.State;
using Weft.State.MultiVersion;
using Xunit;

namespace Weft.Tests.Execution.Access;

public sealed class DependencyGraphTests
{
    private static readonly Address Alice = Address.FromNumber(0xa), Bob = Address.FromNumber(0xb);

    [Fact]
    public void Payments_to_one_account_do_not_depend_on_each_other_and_who_reads_the_balance_on_all_of_them()
    {
        var graph = DependencyGraph.Of(
        [
            Footprint(0, Pay(Bob, 0, 1)),
            Footprint(1, Pay(Bob, 1, 3)),
            Footprint(2, Pay(Bob, 3, 3, Observed.Balance)),
            Footprint(3, Pay(Bob, 3, 4, Observed.Balance)),
            Footprint(4, Pay(Bob, 4, 4, Observed.Balance)),
        ]);

        Assert.Empty(graph.PredecessorsOf(1));
        Assert.Equal(new[] { 0, 1 }, graph.PredecessorsOf(2));
        Assert.Equal(new[] { 0, 1 }, graph.PredecessorsOf(3));
        Assert.Equal(new[] { 3 }, graph.PredecessorsOf(4));
        Assert.Equal(-1, graph.LatestPredecessorOf(0));
        Assert.Equal(1, graph.LatestPredecessorOf(3));
        Assert.Equal(new(AccessLocation.OfField(Bob, Observed.Balance), 3), Assert.Single(graph.FindHottest(5)));
    }

    [Fact]
    public void A_slot_depends_on_who_cleared_the_storage_after_its_last_write()
    {
        var cleared = new AccountAccess(Alice, Observed.None, Present(1), null) { StorageCleared = true };
        var graph = DependencyGraph.Of(
        [
            Footprint(0, [], new SlotAccess(Alice, 7, 0, 1)),
            Footprint(1, [cleared]),
            Footprint(2, [], new SlotAccess(Alice, 7, 0, 5), new SlotAccess(Bob, 7, 1, 1)),
            Footprint(3, [], new SlotAccess(Alice, 7, 5, 5)),
        ]);

        Assert.Equal(new[] { 1 }, graph.PredecessorsOf(2));
        Assert.Equal(new[] { 2 }, graph.PredecessorsOf(3));
    }

    [Fact]
    public void Hints_name_the_latest_transaction_needed_and_those_on_which_most_hangs()
    {
        // 1 and 2 are alone; 3 needs what comes before the transactions, 4 needs 3, 5 needs 1 and 4.
        var graph = DependencyGraph.Of(
        [
            Footprint(0, [], new SlotAccess(Alice, 1, 0, 1)),
            Footprint(1, [], new SlotAccess(Alice, 2, 0, 1)),
            Footprint(2, []),
            Footprint(3, [], new SlotAccess(Alice, 1, 1, 2)),
            Footprint(4, [], new SlotAccess(Alice, 1, 2, 3)),
            Footprint(5, [], new SlotAccess(Alice, 1, 3, 3), new SlotAccess(Alice, 2, 1, 1)),
            Footprint(6, []),
        ]);

        Assert.Equal(new[] { 0, 0, 0, 3, 4 }, graph.ToHints(5));
        Assert.Equal(new[] { 3, 4 }, graph.FindUrgent([0, 1, 5, 10, 20, 4, 0]));
        Assert.Equal(
            [new Dependency(4, AccessLocation.OfSlot(Alice, 1)), new(1, AccessLocation.OfSlot(Alice, 2))],
            graph.DependenciesOf(5).ToArray());
        ulong cost = graph.FindCriticalPath(
            [0, 1, 5, 10, 20, 4, 0], location => location == AccessLocation.OfSlot(Alice, 1)).Cost;
        Assert.Equal(20ul, cost);
    }

    [Fact]
    public void The_critical_path_is_the_dearest_chain()
    {
        var graph = DependencyGraph.Of(
        [
            Footprint(0, [], new SlotAccess(Alice, 1, 0, 1)),
            Footprint(1, [], new SlotAccess(Alice, 2, 0, 1)),
            Footprint(2, [], new SlotAccess(Alice, 1, 1, 1)),
            Footprint(3, [], new SlotAccess(Alice, 2, 1, 2), new SlotAccess(Alice, 1, 1, 1)),
        ]);

        var path = graph.FindCriticalPath([10, 12, 5, 4]);

        Assert.Equal(16ul, path.Cost);
        Assert.Equal(new[] { 1, 3 }, path.Nodes);
        Assert.Equal(new[] { 2 }, graph.FindCriticalPath([0, 0, 9, 1]).Nodes.Except([0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.FindCriticalPath([1]));
    }

    [Fact]
    public void An_empty_block_has_an_empty_path() =>
        Assert.Equal(0ul, DependencyGraph.Of([]).FindCriticalPath([]).Cost);

    [Fact]
    public void Any_graph_is_what_looking_back_from_every_read_finds()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var footprints = RandomFootprints(new Random(seed));
            var graph = DependencyGraph.Of(footprints);
            var costs = footprints.Select(footprint => (ulong)footprint.GasUsed).ToArray();
            var ends = new ulong[footprints.Count];
            for (int i = 0; i < footprints.Count; i++)
            {
                var expected = LookBack(footprints, i);
                Assert.True(expected.SequenceEqual(graph.PredecessorsOf(i)), $"seed {seed}, node {i}");
                ends[i] = costs[i] + expected.Select(earlier => ends[earlier]).DefaultIfEmpty(0ul).Max();
            }
            Assert.Equal(ends.Max(), graph.FindCriticalPath(costs).Cost);
        }
    }

    [Fact]
    public void Many_who_look_at_what_many_have_paid_take_no_more_room_than_the_block()
    {
        const int payers = 4_000, readers = 4_000;
        var footprints = new List<TransactionFootprint>();
        for (int i = 0; i < payers; i++)
            footprints.Add(Footprint(i, [new(Alice, Observed.None, Balance(i), Balance(i + 1))]));
        for (int i = payers; i < payers + readers; i++)
            footprints.Add(Footprint(i, [new(Alice, Observed.Balance, Balance(payers), Balance(payers))]));

        var graph = DependencyGraph.Of(footprints);

        long dependencies = Enumerable.Range(0, graph.Count).Sum(i => (long)graph.DependenciesOf(i).Length);
        long bound = DependencyGraph.PaymentsMin + (DependencyGraph.PaymentsPerNode + 1L) * graph.Count;
        Assert.InRange(dependencies, payers + readers - 1, bound);
        Assert.Equal(payers, graph.PredecessorsOf(payers).Length);
        Assert.All(
            Enumerable.Range(payers, readers), i => Assert.Equal(payers - 1, graph.LatestPredecessorOf(i)));
    }

    private static Account Balance(int wei) => Account.Empty with { Nonce = 1, Balance = (UInt256)(ulong)wei };

    // ---- The naive model ----

    private static int[] LookBack(IReadOnlyList<TransactionFootprint> footprints, int index)
    {
        var found = new HashSet<int>();
        foreach (var read in footprints[index].Accounts)
            foreach (var field in Enum.GetValues<Observed>().Where(field => field != 0 && read.Observed.HasFlag(field)))
                for (int j = index - 1; j >= 0; j--)
                {
                    if (footprints[j].Accounts.Where(write => write.Address == read.Address)
                        .FirstOrDefault(write => Writes(write, field)) is not { IsChanged: true } writer) continue;
                    found.Add(j);
                    if (field != Observed.Balance || writer.Observed.HasFlag(Observed.Balance)) break;
                }
        foreach (var read in footprints[index].Slots)
            for (int j = index - 1; j >= 0; j--)
            {
                if (!footprints[j].Slots.Any(
                        slot => slot.IsChanged && (slot.Address, slot.Key) == (read.Address, read.Key))
                    && !footprints[j].Accounts.Any(
                        account => account.StorageCleared && account.Address == read.Address)) continue;
                found.Add(j);
                break;
            }
        return [.. found.Order()];
    }

    private static bool Writes(AccountAccess access, Observed field)
    {
        Account before = access.Before ?? Account.Empty, after = access.After ?? Account.Empty;
        return field switch
        {
            Observed.Balance => before.Balance != after.Balance,
            Observed.Nonce => before.Nonce != after.Nonce,
            Observed.Code => before.CodeHash != after.CodeHash,
            Observed.Existence => access.Before.HasValue != access.After.HasValue,
            Observed.Emptiness => before.IsEmpty != after.IsEmpty,
            _ => false,
        };
    }

    private static List<TransactionFootprint> RandomFootprints(Random random)
    {
        var footprints = new List<TransactionFootprint>();
        int count = random.Next(1, 25);
        for (int i = 0; i < count; i++)
        {
            var accounts = new List<AccountAccess>();
            var slots = new List<SlotAccess>();
            foreach (ulong account in new ulong[] { 1, 2, 3 })
            {
                if (random.Next(2) == 0) continue;
                // Storage is observed by looking at slots.
                var observed = (Observed)random.Next(32);
                accounts.Add(new(Address.FromNumber(account), observed, RandomAccount(random), RandomAccount(random))
                {
                    StorageCleared = random.Next(8) == 0,
                });
                for (ulong key = 0; key < 3; key++)
                    if (random.Next(3) == 0)
                        slots.Add(new(
                            Address.FromNumber(account), key, (UInt256)(ulong)random.Next(2),
                            (UInt256)(ulong)random.Next(2)));
            }
            footprints.Add(new(i, [.. accounts], [.. slots], (ulong)random.Next(1, 50), UInt256.Zero));
        }
        return footprints;
    }

    private static Account? RandomAccount(Random random) => random.Next(4) == 0 ? null : new Account(
        (ulong)random.Next(2), (UInt256)(ulong)random.Next(2),
        random.Next(3) == 0 ? Hash256.FromWord(1) : Hash256.OfEmptyCode);

    // ---- Small ones ----

    private static Account Present(ulong balance) => new(1, balance, Hash256.OfEmptyCode);

    private static ImmutableArray<AccountAccess> Pay(
        Address address, ulong before, ulong after, Observed observed = Observed.None) =>
        [new(address, observed, Present(before), Present(after))];

    private static TransactionFootprint Footprint(
        int index, ImmutableArray<AccountAccess> accounts, params SlotAccess[] slots) =>
        new(index, accounts, [.. slots], 0, UInt256.Zero);
}
