using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Execution.Tracing;

/// <summary>What made a frame; the first ones as <see cref="MessageKind"/> numbers them.</summary>
public enum CallType : byte { Call, CallCode, DelegateCall, StaticCall, Create, Create2, SelfDestruct }

/// <summary>A frame of a transaction, or a SELFDESTRUCT, which counts as one. Complete when the tracer's End has
/// returned.</summary>
public sealed class CallFrame(CallType type, Address from, Address to, UInt256? value, long gas)
{
    public CallType Type => type;

    /// <summary>Who calls: with DELEGATECALL the contract whose storage is used; with SELFDESTRUCT the one that goes.
    /// </summary>
    public Address From => from;

    /// <summary>Whose code is called; of a creation that succeeded the contract, and null of one that did not; of
    /// SELFDESTRUCT the beneficiary.</summary>
    public Address? To { get; internal set; } = to;

    /// <summary>Wei; null for STATICCALL. With DELEGATECALL that of the frame that calls.</summary>
    public UInt256? Value => value;

    /// <summary>For the outermost frame the gas limit of the transaction.</summary>
    public long Gas => gas;

    /// <summary>For the outermost frame what the receipt says.</summary>
    public long GasUsed { get; internal set; }

    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>What was returned, also by REVERT; of a creation that succeeded the code.</summary>
    public ReadOnlyMemory<byte> Output { get; internal set; }

    /// <summary>In the words of geth; null for success.</summary>
    public string? Error { get; internal set; }

    /// <summary>What Solidity's Error(string) or Panic(uint256) says; null for other outputs.</summary>
    public string? RevertReason { get; internal set; }

    public List<CallFrame> Calls { get; } = [];

    public List<CallLog> Logs { get; } = [];
}

/// <summary>A log of a frame.</summary>
/// <param name="Index">Of the log in its block.</param>
/// <param name="Position">How many calls the frame had made before.</param>
public readonly record struct CallLog(LogEntry Log, int Index, int Position);
