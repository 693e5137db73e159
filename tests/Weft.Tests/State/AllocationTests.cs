using Weft.Primitives;
using Weft.State;
using Xunit;

namespace Weft.Tests.State;

/// <summary>Once tables have grown, running transactions allocates nothing.</summary>
public class AllocationTests
{
    private static readonly Address Contract = Address.FromNumber(0xc0de);

    [Fact]
    public void Transactions_in_a_reused_state_allocate_nothing()
    {
        var source = new InMemoryState();
        source.SetAccount(Contract, new(1, 1000, source.AddCode(new byte[] { 1, 2, 3 })));
        for (ulong i = 0; i < 500; i++) source.SetStorage(Contract, i, i + 1);
        var state = new WorldState(source);
        RunBlock(state, source);
        RunBlock(state, source);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RunBlock(state, source);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void RunBlock(WorldState state, IStateReader source)
    {
        state.Reset(source);
        for (ulong transaction = 0; transaction < 20; transaction++)
        {
            state.BeginTransaction();
            RunTransaction(state, transaction);
            state.EndTransaction(clearEmpty: true);
        }
    }

    private static void RunTransaction(WorldState state, ulong number)
    {
        Address created = Address.FromNumber(number + 1);
        state.AccessAccount(Contract);
        state.GetCode(Contract);
        for (ulong i = 0; i < 200; i++)
        {
            int checkpoint = state.Checkpoint();
            state.GetStorage(Contract, i + number, out _);
            state.SetStorage(Contract, i + number + 400, i, out _, out _);
            state.SetTransientStorage(Contract, i, i);
            state.AddBalance(created, 1);
            state.SubtractBalance(Contract, 1);
            state.SetNonce(created, i);
            state.CreateAccount(created);
            state.SetStorage(created, 1, i, out _, out _);
            state.SelfDestruct(created, Contract, onlyWhenCreated: true);
            if (i % 2 == 0) state.Revert(checkpoint);
        }
    }
}
