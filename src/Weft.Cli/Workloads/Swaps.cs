using Weft.Primitives;

namespace Weft.Cli.Workloads;

/// <summary>Trades with pools of two tokens, in either direction.</summary>
internal sealed class Swaps(
    WorkloadBuilder builder, Func<int, (Token First, Token Second)> tokens, Func<int> pool) : IActivity
{
    private const ulong GasLimit = 220_000;

    private static readonly CompiledContract Contract = CompiledContract.Pool;

    private readonly Dictionary<int, Pool> _pools = [];

    public Call Next(int sender)
    {
        var traded = Open(pool());
        bool zeroForOne = builder.Random.Next(2) == 0;
        var (paid, trader) = (zeroForOne ? traded.First : traded.Second, builder.SenderAddress(sender));
        paid.Fund(trader);
        paid.Approve(trader, traded.Address);
        var amount = (UInt256)1_000_000_000ul * (ulong)builder.Random.Next(1_000_000, 1_000_000_000);
        return new(traded.Address, GasLimit, Contract.Encode(
            "swap(bool,uint256,uint256,address)", zeroForOne ? 1ul : 0ul, amount, UInt256.One, trader.ToWord()));
    }

    /// <summary>A pool that was last traded with one block ago, so that the first trade of this block also updates the
    /// two sums of prices.</summary>
    private Pool Open(int number)
    {
        if (_pools.TryGetValue(number, out var known)) return known;
        var (first, second) = tokens(number);
        var address = builder.Deploy(Contract, "pool", number);
        var state = builder.State;
        state.SetStorage(address, Contract.Slot("token0"), first.Address.ToWord());
        state.SetStorage(address, Contract.Slot("token1"), second.Address.ToWord());
        // Packed from the lowest bits on: reserve0 and reserve1 of 112 bits, updatedAt of 32.
        state.SetStorage(
            address, Contract.Slot("reserve0"),
            Token.Holding | (Token.Holding << 112) | ((UInt256)(WorkloadBlock.Timestamp - 12) << 224));
        first.Fund(address);
        second.Fund(address);
        return _pools[number] = new(address, first, second);
    }

    private sealed record Pool(Address Address, Token First, Token Second);
}
