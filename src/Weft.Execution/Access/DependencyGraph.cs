using System.Collections.Immutable;
using Weft.Primitives;
using Weft.State;
using Weft.State.MultiVersion;

namespace Weft.Execution.Access;

/// <summary>
/// Which part of a block really needs which earlier one: it read a value that the other wrote (read after write), at
/// the grain of slots and of single fields of an account. A balance that was only added to or checked to suffice needs
/// nobody; who reads a balance exactly needs all who added to it. Nodes are block access indexes (EIP-7928).
/// </summary>
/// <remarks>Many who read what many have paid into would need their product. Beyond <see cref="PaymentsMin"/> and
/// <see cref="PaymentsPerNode"/> of such dependencies only the latest payer counts: chains may be longer than those
/// found then, which no ordinary block comes near.</remarks>
public sealed class DependencyGraph
{
    internal const int PaymentsMin = 1 << 16, PaymentsPerNode = 16;

    private readonly ImmutableArray<int>[] _predecessors;
    private readonly ImmutableArray<Dependency>[] _dependencies;

    private DependencyGraph(ImmutableArray<Dependency>[] dependencies)
    {
        _dependencies = dependencies;
        _predecessors = Array.ConvertAll(
            dependencies, all => all.Select(one => one.Predecessor).Distinct().Order().ToImmutableArray());
    }

    /// <summary>The footprints of a whole block, or of its beginning, by index from 0 on.</summary>
    public static DependencyGraph Of(IReadOnlyList<TransactionFootprint> footprints)
    {
        var writers = new LastWriters(PaymentsMin + (long)PaymentsPerNode * footprints.Count);
        var dependencies = new ImmutableArray<Dependency>[footprints.Count];
        for (int i = 0; i < dependencies.Length; i++) dependencies[i] = writers.Add(i, footprints[i]);
        return new(dependencies);
    }

    /// <summary>Nodes: transactions, and what comes before and after them.</summary>
    public int Count => _predecessors.Length;

    /// <summary>All whose writes were read, ascending.</summary>
    public ImmutableArray<int> PredecessorsOf(int index) => _predecessors[index];

    /// <summary>The same with what was read, in the order of the reads.</summary>
    public ImmutableArray<Dependency> DependenciesOf(int index) => _dependencies[index];

    /// <summary>The last of these, or -1.</summary>
    public int LatestPredecessorOf(int index) => _predecessors[index] is [.., var last] ? last : -1;

    /// <summary>For each transaction the latest one that it needs, as
    /// <see cref="Strategies.BlockInput.Predecessors"/> wants to have it.</summary>
    public int[] ToHints(int transactions)
    {
        int[] hints = new int[transactions];
        for (int i = 0; i < Math.Min(transactions, Count - 1); i++) hints[i] = Math.Max(0, LatestPredecessorOf(i + 1));
        return hints;
    }

    /// <summary>Transactions on which, with all that needs them, more than half of the longest chain hangs: ascending,
    /// as <see cref="Strategies.BlockInput.Urgent"/> wants to have them.</summary>
    public int[] FindUrgent(ReadOnlySpan<ulong> costs)
    {
        ulong[] ahead = new ulong[Count];
        ulong longest = 0;
        for (int i = Count - 1; i >= 0; i--)
        {
            ahead[i] += costs[i];
            longest = Math.Max(longest, ahead[i]);
            foreach (int earlier in _predecessors[i]) ahead[earlier] = Math.Max(ahead[earlier], ahead[i]);
        }
        var urgent = new List<int>();
        for (int i = 1; i < Count - 1; i++)
            if (ahead[i] > longest / 2) urgent.Add(i);
        return [.. urgent];
    }

    /// <summary>The chain that takes longest, by the cost of each node in whatever unit: no number of workers is
    /// faster.</summary>
    /// <param name="ignores">Locations that are to count as if nobody had to wait for them.</param>
    public CriticalPath FindCriticalPath(ReadOnlySpan<ulong> costs, Func<AccessLocation, bool>? ignores = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(costs.Length, Count);
        var (ends, from) = (new ulong[Count], new int[Count]);
        int last = -1;
        for (int i = 0; i < Count; i++)
        {
            from[i] = -1;
            foreach (ref readonly var dependency in _dependencies[i].AsSpan())
            {
                if (ignores is not null && ignores(dependency.Location)) continue;
                if (from[i] < 0 || ends[dependency.Predecessor] > ends[from[i]]) from[i] = dependency.Predecessor;
            }
            ends[i] = costs[i] + (from[i] < 0 ? 0 : ends[from[i]]);
            if (last < 0 || ends[i] > ends[last]) last = i;
        }
        var path = new List<int>();
        for (int i = last; i >= 0; i = from[i]) path.Add(i);
        path.Reverse();
        return new(last < 0 ? 0 : ends[last], path.ToImmutableArray());
    }

    /// <summary>The locations by which most transactions hang on each other, most first.</summary>
    public IReadOnlyList<HotLocation> FindHottest(int count) => _dependencies
        .SelectMany(dependencies => dependencies.Select(dependency => dependency.Location).Distinct())
        .CountBy(location => location).Select(item => new HotLocation(item.Key, item.Value))
        .OrderByDescending(hot => hot.Dependencies).ThenBy(hot => hot.Location.Address)
        .ThenBy(hot => hot.Location.Field).ThenBy(hot => hot.Location.Slot)
        .Take(count).ToArray();

    /// <summary>Who wrote what last, while the block goes by.</summary>
    private sealed class LastWriters(long payments)
    {
        private static readonly Observed[] Fields =
            [Observed.Nonce, Observed.Code, Observed.Existence, Observed.Emptiness];

        private readonly Dictionary<AccessLocation, int> _last = [];

        /// <summary>Whose changes add up to the balance, since somebody last read and changed it.</summary>
        private readonly Dictionary<Address, List<int>> _payers = [];

        private readonly Dictionary<Address, int> _clearers = [];
        private readonly ImmutableArray<Dependency>.Builder _found = ImmutableArray.CreateBuilder<Dependency>();

        public ImmutableArray<Dependency> Add(int index, TransactionFootprint footprint)
        {
            _found.Clear();
            foreach (ref readonly var account in footprint.Accounts.AsSpan()) Read(account);
            foreach (ref readonly var slot in footprint.Slots.AsSpan()) Read(slot);
            foreach (ref readonly var account in footprint.Accounts.AsSpan()) Write(index, account);
            foreach (ref readonly var slot in footprint.Slots.AsSpan())
                if (slot.IsChanged) _last[AccessLocation.OfSlot(slot.Address, slot.Key)] = index;
            return _found.ToImmutableArray();
        }

        private void Read(in AccountAccess access)
        {
            foreach (var field in Fields)
            {
                if ((access.Observed & field) == 0) continue;
                var location = AccessLocation.OfField(access.Address, field);
                if (_last.TryGetValue(location, out int writer)) _found.Add(new(writer, location));
            }
            if ((access.Observed & Observed.Balance) == 0) return;
            if (!_payers.TryGetValue(access.Address, out var payers)) return;
            var balance = AccessLocation.OfField(access.Address, Observed.Balance);
            int needed = payers.Count <= payments ? payers.Count : 1;
            payments -= needed;
            for (int i = payers.Count - needed; i < payers.Count; i++) _found.Add(new(payers[i], balance));
        }

        private void Read(in SlotAccess access)
        {
            var location = AccessLocation.OfSlot(access.Address, access.Key);
            int writer = Math.Max(
                _last.GetValueOrDefault(location, -1), _clearers.GetValueOrDefault(access.Address, -1));
            if (writer >= 0) _found.Add(new(writer, location));
        }

        private void Write(int index, in AccountAccess access)
        {
            if (access.StorageCleared) _clearers[access.Address] = index;
            if (!access.IsChanged) return;
            Account before = access.Before ?? Account.Empty, after = access.After ?? Account.Empty;
            Write(index, access.Address, Observed.Nonce, before.Nonce != after.Nonce);
            Write(index, access.Address, Observed.Code, before.CodeHash != after.CodeHash);
            Write(index, access.Address, Observed.Existence, access.Before.HasValue != access.After.HasValue);
            Write(index, access.Address, Observed.Emptiness, before.IsEmpty != after.IsEmpty);
            if (before.Balance != after.Balance) Pay(index, access);
        }

        private void Write(int index, in Address address, Observed field, bool isChanged)
        {
            if (isChanged) _last[AccessLocation.OfField(address, field)] = index;
        }

        private void Pay(int index, in AccountAccess access)
        {
            if (!_payers.TryGetValue(access.Address, out var payers)) _payers.Add(access.Address, payers = []);
            // Who has read the balance comes after all before it: whoever needs this one needs no other.
            if ((access.Observed & Observed.Balance) != 0) payers.Clear();
            payers.Add(index);
        }
    }
}

/// <summary>An earlier node, and what of its writes was read.</summary>
public readonly record struct Dependency(int Predecessor, AccessLocation Location);

/// <summary>A chain of dependent nodes, in order, and the sum of their costs.</summary>
public readonly record struct CriticalPath(ulong Cost, ImmutableArray<int> Nodes);
