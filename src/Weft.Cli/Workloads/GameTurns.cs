using Weft.Primitives;

namespace Weft.Cli.Workloads;

/// <summary>Moves of players who stand far apart, and fights. Player 0 of those who are attacked is the dragon.
/// </summary>
internal sealed class GameTurns(WorkloadBuilder builder, Func<int> victim) : IActivity
{
    private const ulong GasLimit = 150_000;

    /// <summary>Cells between two players, and players in a row of the world's 65,536 cells.</summary>
    private const int Distance = 32, RowLength = 65_536 / Distance;

    private const ulong Health = 100, Gold = 100;

    private static readonly CompiledContract Contract = CompiledContract.GameWorld;

    private readonly Address _world = builder.Deploy(Contract, "game world", 0);
    private readonly HashSet<Address> _players = [];

    public Call Next(int sender)
    {
        Join(builder.SenderAddress(sender));
        int number = victim();
        // One of four turns is a fight, and all of those with the dragon.
        if (number != 0 && builder.Random.Next(4) != 0)
            return new(_world, GasLimit, Contract.Encode("move(uint8)", (ulong)builder.Random.Next(4)));
        var other = WorkloadBuilder.AddressOf("player", number);
        Join(other);
        return new(_world, GasLimit, Contract.Encode("fight(address)", other.ToWord()));
    }

    private void Join(in Address player)
    {
        ulong place = (ulong)_players.Count;
        if (!_players.Add(player)) return;
        var (x, y) = (place % RowLength * Distance, place / RowLength * Distance);
        // struct Player: x, y, health and wins of 16 bits, gold of 64, plays.
        builder.State.SetStorage(
            _world, Contract.Entry("players", player), new UInt256(x | (y << 16) | (Health << 32), Gold, 1, 0));
        builder.State.SetStorage(
            _world, CompiledContract.Entry(Contract.Slot("occupant"), (x << 16) | y), player.ToWord());
    }
}
