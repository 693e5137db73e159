using System.Diagnostics;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Cli.Programs;

/// <summary>One timed run of a program.</summary>
public readonly record struct ProgramRun(TransactionResult Result, TimeSpan Time, long AllocatedBytes);

/// <summary>Runs programs as a transaction of its own, always from the same state.</summary>
public sealed class ProgramRunner : IDisposable
{
    private readonly TransactionProcessor _processor;
    private readonly BlockEnvironment _block;

    /// <summary>Reused, for its tables have grown to what programs need.</summary>
    private WorldState? _state;

    /// <summary>Without the cap of EIP-7825: programs use more gas than a transaction of Osaka may.</summary>
    public ProgramRunner(Fork fork, CodeCache codes)
    {
        var rules = ForkRules.Of(fork) with { MaxTransactionGas = ulong.MaxValue };
        _processor = new TransactionProcessor(rules, codes);
        _block = BenchBlock;
    }

    /// <summary>Wei per gas, the second half for the fee recipient.</summary>
    public static UInt256 Price => 2_000_000_000;

    /// <summary>A block around a program; nothing in it is special, and nothing is zero: burntpix stores what the
    /// base and the priority fee come to, and a zero costs less to store.</summary>
    public static BlockEnvironment BenchBlock { get; } = new()
    {
        Coinbase = Address.FromNumber(0xc01bba5e), Number = 1, Timestamp = 1_800_000_000, GasLimit = long.MaxValue,
        BaseFee = 1_000_000_000, PrevRandao = Keccak.Hash("weft"u8),
    };

    public ProgramRun Run(EvmProgram program)
    {
        var transaction = new Transaction
        {
            Type = TransactionType.Legacy, GasLimit = program.GasLimit, To = program.To, Data = program.Data,
            Sender = program.Caller, GasPrice = Price,
            Nonce = program.Pre.TryGetAccount(program.Caller, out var caller) ? caller.Nonce : 0,
        };
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        if (_state is null) _state = new WorldState(program.Pre);
        else _state.Reset(program.Pre);
        var result = _processor.Execute(transaction, _state, _block, NoBlockHashes.Instance, long.MaxValue);
        var time = Stopwatch.GetElapsedTime(start);
        return new(result, time, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    public void Dispose() => _processor.Dispose();
}

/// <summary>A chain without history.</summary>
internal sealed class NoBlockHashes : IBlockHashes
{
    public static NoBlockHashes Instance { get; } = new();

    public Hash256 GetBlockHash(ulong number) => Hash256.Zero;
}
