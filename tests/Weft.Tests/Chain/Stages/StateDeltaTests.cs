using Weft.Chain.Stages;
using Weft.Primitives;
using Weft.State;
using Xunit;

namespace Weft.Tests.Chain.Stages;

public sealed class StateDeltaTests
{
    /// <summary>Changes of a block over time, as <see cref="WorldState"/> tells them.</summary>
    [Fact]
    public void The_changes_up_to_a_point_and_the_delta_make_the_changes_up_to_the_next()
    {
        var random = new Random(658);
        var before = new InMemoryState();
        for (ulong i = 0; i < 12; i++)
        {
            var address = Address.FromNumber(i + 100);
            if (i % 3 == 0) continue;
            before.SetAccount(address, new Account(i, i, Hash256.OfEmptyCode));
            for (ulong k = 0; k < i; k++) before.SetStorage(address, k, k + 1);
        }
        for (int block = 0; block < 60; block++)
        {
            var world = new WorldState(before);
            StateChanges changes = new();
            var step = before.Clone();
            for (int transaction = 0; transaction < 12; transaction++)
            {
                ChangeSomething(world, random);
                var later = world.GetChanges();
                step.Apply(StateDelta.Between(changes, later, before));
                changes = later;
                var whole = before.Clone();
                whole.Apply(later);
                Assert.Equal(whole.ComputeRoot(), step.ComputeRoot());
            }
        }
    }

    private static void ChangeSomething(WorldState world, Random random)
    {
        world.BeginTransaction();
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            var address = Address.FromNumber((ulong)random.Next(12) + 100);
            world.AddBalance(address, (UInt256)(ulong)random.Next(3));
            if (random.Next(2) == 0) world.SubtractBalance(address, world.GetBalance(address));
            if (random.Next(2) == 0) world.AddBalance(address, UInt256.One);
            world.SetStorage(address, (ulong)random.Next(6), (ulong)random.Next(4), out _, out _);
            if (random.Next(6) == 0) world.SelfDestruct(address, Address.FromNumber(100), onlyWhenCreated: false);
        }
        world.EndTransaction(clearEmpty: random.Next(2) == 0);
    }
}
