using Weft.Evm;
using Weft.Evm.Tracing;
using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Blocks;

/// <summary>
/// Calls by which a block talks to contracts of the protocol: 30 million gas that nobody pays and that do not count,
/// no value, no nonce (EIP-4788, 2935, 7002, 7251).
/// </summary>
internal sealed class SystemCalls(VirtualMachine machine, Host host)
{
    public static readonly Address SystemAddress = Address.Parse("0xfffffffffffffffffffffffffffffffffffffffe");

    private const long Gas = 30_000_000;

    /// <summary>Null where there is no code. The output lives until the next call.</summary>
    public MessageResult? Call(
        in Address contract, ReadOnlyMemory<byte> input, WorldState state, BlockEnvironment block, IBlockHashes hashes,
        ITracer? tracer)
    {
        host.Attach(state, hashes);
        if (host.GetCode(contract).IsEmpty) return null;
        state.BeginTransaction();
        var message = new Message(MessageKind.Call, SystemAddress, contract, contract, UInt256.Zero, Gas, input);
        var environment = new TransactionEnvironment { Origin = SystemAddress, GasPrice = block.BaseFee };
        MessageResult outcome = machine.Run(message, host, block, environment, tracer);
        // The system address counts as touched by its call; it must not be left behind as an empty account.
        state.EndTransaction(clearEmpty: true);
        return outcome;
    }
}
