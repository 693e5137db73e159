using System.Collections.Immutable;
using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Access;

/// <summary>Makes footprints of what a state has accessed since its reset. Keep it for the next: its lists have grown.
/// One thread at a time.</summary>
internal sealed class AccessCollector : IAccessVisitor
{
    private readonly List<AccountAccess> _accounts = [];
    private readonly List<SlotAccess> _slots = [];

    public TransactionFootprint Collect(WorldState state, int index, ulong gasUsed, in UInt256 fee)
    {
        _accounts.Clear();
        _slots.Clear();
        AccessCollector self = this;
        state.VisitAccesses(ref self);
        return new(index, _accounts.ToImmutableArray(), _slots.ToImmutableArray(), gasUsed, fee);
    }

    void IAccessVisitor.Account(in AccountAccess access) => _accounts.Add(access);

    void IAccessVisitor.Slot(in SlotAccess access) => _slots.Add(access);
}
